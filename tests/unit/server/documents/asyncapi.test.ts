// The AsyncAPI document: valid by the schema of AsyncAPI itself, complete, and its examples true to what validates frames.
import specs from '@asyncapi/specs'
import { Ajv } from 'ajv'
import { expect, test } from 'vitest'
import { makeAsyncApi } from '#rufer/server/documents/asyncapi.ts'
import { eventExamples, methodExamples } from '#rufer/server/documents/examples.ts'
import { events, type EventName } from '#rufer/shared/protocol/events.ts'
import { replyFrame, requestFrame } from '#rufer/shared/protocol/frame.ts'
import { methods, type Method } from '#rufer/shared/protocol/methods.ts'

const METHODS = Object.keys(methods) as Method[]
const EVENTS = Object.keys(events) as EventName[]
const document = makeAsyncApi()
// formats are the business of the schemas of values, which zod has
const validate = new Ajv({ strict: false, validateFormats: false }).compile(
  specs.schemasWithoutId['3.0.0'] as object,
)

test('is valid', () => {
  validate(JSON.parse(JSON.stringify(document)))
  expect(validate.errors).toBeNull()
})

test('the schema does find what is wrong', () => {
  expect(validate({ ...document, channels: { socket: { address: 7 } } })).toBe(false)
  expect(validate({ ...document, info: {} })).toBe(false)
})

test('every reference is met', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(
    ([, path = '']) => path,
  )
  expect(references.length).toBeGreaterThan(80)
  expect(references.filter((path) => at(path) === undefined)).toEqual([])
})

test.each(METHODS)('%s has its request, its reply, and true examples of both', (method) => {
  const { messages } = document.components
  const { params, result } = methods[method]
  const { payload: request } = messages[`${method}.request`]?.examples[0] ?? {}
  const { payload: reply } = messages[`${method}.reply`]?.examples[0] ?? {}
  expect(requestFrame.parse(request)).toMatchObject({ method })
  expect(replyFrame.parse(reply)).toMatchObject({ id: requestFrame.parse(request).id })
  expect(params.parse(methodExamples[method].params)).toMatchObject(methodExamples[method].params)
  expect(result.parse(methodExamples[method].result)).toEqual(methodExamples[method].result)
})

test.each(EVENTS)('%s is there, with a true example', (event) => {
  expect(document.components.messages[event]?.examples[0]?.payload).toEqual({
    event,
    data: eventExamples[event],
  })
  expect(events[event].parse(eventExamples[event])).toEqual(eventExamples[event])
})

test.each(Object.entries(document.components.messages))(
  'the example of %s fits its own schema',
  (_, message) => {
    const schemas = JSON.parse(JSON.stringify(document.components)) as object
    const fits = new Ajv({ strict: false, validateFormats: false }).compile({
      ...message.payload,
      components: schemas,
    })
    for (const { payload } of message.examples) {
      fits(payload)
      expect(fits.errors).toBeNull()
    }
  },
)

test('close codes, error codes and limits are told', () => {
  expect(document['x-close-codes']).toContainEqual(expect.objectContaining({ code: 4401 }))
  expect(document['x-error-codes']).toHaveProperty('rate-limited')
  expect(document['x-limits']).toHaveProperty('frameBytes')
})

// --- Internal helpers ---

/** What a JSON pointer leads to. */
function at(path: string): unknown {
  return path
    .split('/')
    .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], document)
}
