// A zod schema as a short TypeScript-like text, for the documents.
import { z } from 'zod'

type Json = z.core.JSONSchema.BaseSchema

/** The shape that a client gives (`input`) or gets (`output`). Nouns of the protocol stand by their names. */
export function toShape(schema: z.ZodType, io: 'input' | 'output'): string {
  return shapeOf(z.toJSONSchema(schema, { io }), false)
}

/** The same as a type of TypeScript, which knows no defaults. */
export function toType(schema: z.ZodType): string {
  return shapeOf(z.toJSONSchema(schema, { io: 'input', override: forgetDefault }), false)
}

/** The fields of a noun, which elsewhere stands by its name. */
export function toFields(schema: z.ZodType): string {
  const id = schema.meta()?.id ?? ''
  const json = z.toJSONSchema(schema, { io: 'output' })
  return shapeOf(json.$defs?.[id] ?? json, true)
}

// --- Internal helpers ---

function forgetDefault({ jsonSchema }: { jsonSchema: Json }) {
  delete jsonSchema.default
}

function shapeOf(json: Json, isOpen: boolean): string {
  if (json.$ref) return json.$ref.split('/').at(-1) ?? ''
  if (json.id && !isOpen) return json.id
  if (json.const !== undefined) return JSON.stringify(json.const)
  if (json.enum) return json.enum.map((value) => JSON.stringify(value)).join(' | ')
  // a `oneOf` beside properties only says which of them go together
  const either = json.anyOf ?? (json.properties ? undefined : json.oneOf)
  if (either) return either.map((option) => shapeOf(toJson(option), false)).join(' | ')
  return shapeOfType(json)
}

function shapeOfType(json: Json): string {
  if (json.type === 'array') return `${wrapped(shapeOf(toJson(json.items), false))}[]`
  if (json.type !== 'object') return [json.type ?? 'unknown'].flat().join(' | ')
  if (!json.properties || typeof json.additionalProperties === 'object') {
    return `{ [key: string]: ${shapeOf(toJson(json.additionalProperties), false)} }`
  }
  const required = new Set(json.required ?? [])
  const fields = Object.entries(json.properties).map(([name, value]) => {
    const field = toJson(value)
    const byDefault = field.default === undefined ? '' : ` = ${JSON.stringify(field.default)}`
    return `${name}${required.has(name) ? '' : '?'}: ${shapeOf(field, false)}${byDefault}`
  })
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`
}

function wrapped(shape: string) {
  return shape.includes(' | ') ? `(${shape})` : shape
}

/** Where JSON Schema allows a bare true or false, anything fits. */
function toJson(schema: z.core.JSONSchema.BaseSchema['items']): Json {
  return typeof schema === 'object' && !Array.isArray(schema) ? schema : {}
}
