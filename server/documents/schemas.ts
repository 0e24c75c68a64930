// The zod schemas as JSON Schema, each noun once under its name, as OpenAPI and AsyncAPI want them.
import { z } from 'zod'

export type Json = z.core.JSONSchema.BaseSchema

/** The schemas of one document: what `toSchema` met by a name is kept in `named`, for `components.schemas`. */
export function createSchemas(): { toSchema: (schema: z.ZodType) => Json; named: Record<string, Json> } {
  const named: Record<string, Json> = {}
  return {
    named,
    toSchema(schema) {
      // as input: clients must ignore fields they do not know, so answers and events are left open
      const { $schema: _, $defs = {}, ...json } = z.toJSONSchema(schema, { io: 'input', override })
      for (const [name, definition] of Object.entries($defs)) named[name] = toReferences(definition)
      return toReferences(json)
    },
  }
}

// --- Internal helpers ---

/** The format says it all, in a word. */
function override({ jsonSchema }: { jsonSchema: Json }) {
  if (jsonSchema.format === 'date-time') delete jsonSchema.pattern
}

/** The same with references to where the documents keep what is named. */
function toReferences(json: Json): Json {
  const text = JSON.stringify(json).replaceAll('"#/$defs/', '"#/components/schemas/')
  const moved: Json = JSON.parse(text)
  return moved
}
