// The OpenAPI document: valid, complete, and its examples true to the schemas that validate calls.
import SwaggerParser from '@apidevtools/swagger-parser'
import { expect, test } from 'vitest'
import { callExamples } from '#rufer/server/documents/examples.ts'
import { errorsOf, makeOpenApi } from '#rufer/server/documents/openapi.ts'
import { errorAnswer, calls, type Call } from '#rufer/shared/protocol/http.ts'
import { errors } from '#rufer/shared/protocol/errors.ts'

const CALLS = Object.keys(calls) as Call[]

test('is valid, with every reference met', async () => {
  expect(await SwaggerParser.validate(asDocument())).toMatchObject({ openapi: '3.1.0' })
})

test('the validator does find what is wrong', async () => {
  const wrong = { ...makeOpenApi(), info: { title: 'without a version' } }
  await expect(SwaggerParser.validate(asDocument(wrong))).rejects.toThrow(/version/)
})

test.each(CALLS)('%s is there, with every status it may answer', (call) => {
  const [method = '', path = ''] = call.split(' ')
  const operation = makeOpenApi().paths[path.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]
  const row = calls[call]
  const statuses = [
    ...('statuses' in row ? row.statuses : [200]),
    ...errorsOf(call).map((code) => errors[code].status),
  ]
  expect(operation).toMatchObject({ security: row.key ? [{ secretKey: [] }] : [] })
  const { responses, parameters = [] } = operation as {
    responses: Record<string, unknown>
    parameters?: { name: string; in: string }[]
  }
  const inPath = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => `:${name}`)
  expect(inPath).toEqual(path.match(/:\w+/g) ?? [])
  expect(new Set(Object.keys(responses))).toEqual(new Set(statuses.map(String)))
})

test.each(CALLS)('the examples of %s are what it takes and gives', (call) => {
  const { body, answer } = calls[call]
  expect(body.parse(callExamples[call].body)).toEqual(callExamples[call].body)
  expect(answer.parse(callExamples[call].answer)).toEqual(callExamples[call].answer)
})

test('the examples of refusals are refusals', () => {
  const values =
    JSON.stringify(makeOpenApi()).match(/\{"error":\{"code":"[^"]+","message":"[^"]+"\}\}/g) ?? []
  expect(values.length).toBeGreaterThan(40)
  for (const value of values) errorAnswer.parse(JSON.parse(value))
})

// --- Internal helpers ---

/** A copy, which the validator may change. */
function asDocument(document: object = makeOpenApi()) {
  return JSON.parse(JSON.stringify(document)) as Parameters<typeof SwaggerParser.validate>[0]
}
