// S14–S18, S29: what may come in, and that the rest is refused before anything is done with it.
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase } from '#rufer/server/store/sqlite/database.ts'
import { callApi } from '#rufer/tests/helpers/api.ts'
import { connectNew, meet, UNHURRIED, type Company } from '#rufer/tests/helpers/people.ts'
import { samplesOf } from '#rufer/tests/helpers/samples.ts'
import { SECRET_KEY, startServer, type TestServer } from '#rufer/tests/helpers/server.ts'
import { exchange } from '#rufer/tests/helpers/wire.ts'

let server: TestServer
let company: Company
beforeAll(async () => {
  server = await startServer({ env: UNHURRIED })
  company = await meet(server)
})
afterAll(() => server.stop())

const A_LIST = ['a']
const OPERATORS = [
  { $ne: null },
  { $gt: '' },
  { $where: 'sleep(9)' },
  { $regex: '.*' },
  // whoever compares that with a number breaks
  { length: { toString: 1 } },
  A_LIST,
  [{ $ne: 1 }],
  null,
]
const samples = () => samplesOf({ conversationId: company.conversationId, peerId: company.bob.userId })
const keyed = `x-rufer-secret-key: ${SECRET_KEY}\r\nHost: x\r\nConnection: close\r\n`

const deep = (levels: number) =>
  `{"id":1,"method":"session.ping","params":${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}}`
const post = (headers: string, body: string) =>
  exchange(server, `POST /api/users/register HTTP/1.1\r\n${keyed}${headers}\r\n\r\n${body}`)

test('S14 in no field of any method or call does an operator take the place of a value', async () => {
  const { alice } = company
  const requests = Object.entries(samples()).flatMap(([method, params]) =>
    Object.keys(params).flatMap((field) =>
      // one of them is a list of user ids
      OPERATORS.filter((value) => field !== 'userIds' || value !== A_LIST).map((value) => ({
        method,
        params,
        field,
        value,
      })),
    ),
  )
  expect(requests.length).toBeGreaterThan(100)
  for (const { method, params, field, value } of requests) {
    const { code } = await alice.refused(method, { ...params, [field]: value })
    expect({ method, field, value, code }).toEqual({ method, field, value, code: 'invalid-params' })
  }
  for (const call of ['register', 'session-token', 'sign-in-link']) {
    for (const userId of OPERATORS) {
      const body = { userId, ...(call === 'register' && { displayName: 'x' }) }
      expect((await callApi(server, `POST /api/users/${call}`, { body })).status).toBe(400)
    }
  }
})

test('S15 a value that is no text, number or null does not get into a statement', () => {
  const database = openDatabase(join(server.dataDir, 'other.db'))
  const bind = (value: unknown) => () => database.get('SELECT :value AS held', { value: value as string })
  expect(bind('text')()?.text('held')).toBe('text')
  for (const value of [
    {},
    { value: 1 },
    [],
    ['a'],
    true,
    undefined,
    Number.NaN,
    Infinity,
    () => 1,
    1n,
    new Date(),
  ]) {
    expect(bind(value)).toThrow(/unable to/)
  }
  database.close()
})

test('S16 the names of prototypes are unknown fields, and change nothing', async () => {
  const { alice, bob } = company
  for (const name of ['__proto__', 'constructor', 'prototype', 'hasOwnProperty', 'toString']) {
    const value = { text: 'polluted', isAdmin: true, toString: 'x' }
    const named = JSON.parse(`{"${name}":${JSON.stringify(value)}}`)
    for (const [method, params] of Object.entries(samples())) {
      // what an object literal would lose is sent all the same
      const whole = Object.defineProperties({ ...params }, Object.getOwnPropertyDescriptors(named))
      expect((await alice.refused(method, whole)).code).toBe('invalid-params')
    }
    const revs = JSON.parse(`{"revs":{"${name}":0}}`)
    expect(await alice.request('conversation.sync', revs)).toEqual({ conversations: [] })
  }
  expect((await alice.request('user.get', { userId: bob.userId })).user).toEqual({
    userId: bob.userId,
    displayName: bob.userId,
  })
  const health = await callApi(server, 'GET /health', { key: null })
  expect(health.body).toEqual({ status: 'ok' })
})

test('S17 what nests deeper than 8 levels ends the connection before anybody walks through it', async () => {
  for (const levels of [8, 1_000, 9_000]) {
    const client = await connectNew(server, 'deep')
    client.sendRaw(deep(levels))
    expect({ levels, code: await client.closed }).toEqual({ levels, code: 4400 })
  }
  const client = await connectNew(server, 'deep')
  client.sendRaw(deep(7))
  expect(await client.reply(1)).toMatchObject({ error: { code: 'invalid-params' } })
  // keys by the thousand are walked through once
  client.sendRaw(
    `{"id":2,"method":"session.ping","params":{${Array.from({ length: 5_000 }, (_, at) => `"${at}":0`).join()}}}`,
  )
  const { error } = await client.reply(2)
  expect(error).toMatchObject({ code: 'invalid-params' })
  await client.close()
})

test('S18 a body is JSON of 64 KiB at most, and is told by one length only', async () => {
  const json = 'Content-Type: application/json\r\n'
  expect(await post('Content-Type: text/plain\r\nContent-Length: 2', '{}')).toMatch(/^HTTP\/1.1 415 /)
  expect(await post(`${json}Content-Length: 99999999`, '')).toMatch(/^HTTP\/1.1 413 /)
  const chunks = `10000\r\n${' '.repeat(65_536)}\r\n`.repeat(2)
  expect(await post(`${json}Transfer-Encoding: chunked`, `${chunks}0\r\n\r\n`)).toMatch(/^HTTP\/1.1 413 /)
  // requests that two readers would cut in two places (CVE of h3 v1 among them)
  for (const lengths of [
    'Transfer-Encoding: chunked\r\nContent-Length: 2',
    'Transfer-Encoding: xchunked',
    'Transfer-Encoding: chunked, identity',
    'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity',
    'Content-Length: 2\r\nContent-Length: 3',
    'Content-Length: +2',
    'Content-Length: 2,2',
    'Transfer-Encoding : chunked',
  ]) {
    expect({ lengths, answer: (await post(`${json}${lengths}`, '{}')).split('\r\n')[0] }).toEqual({
      lengths,
      answer: 'HTTP/1.1 400 Bad Request',
    })
  }
})

test('S29 a text is well-formed, without U+0000 and not too long, and kept as it is to the letter', async () => {
  const { alice, bob, conversationId } = company
  const send = (text: string) => ({ id: crypto.randomUUID(), conversationId, text })
  for (const text of ['', '\0', 'a\0b', '\ud800', 'a\udc00b', '\ude00\ud83d']) {
    expect({ text, code: (await alice.refused('message.send', send(text))).code }).toEqual({
      text,
      code: 'invalid-params',
    })
  }
  const long = '\u{1F469}'.repeat(10_001)
  expect((await alice.refused('message.send', send(long))).code).toBe('text-too-long')
  const kept = [
    '  ',
    '\n',
    '\u202E',
    '\u{10FFFF}',
    'e\u0301',
    '\u00e9',
    '\ufeff',
    '<b>&amp;</b>',
    '\\u0000',
    "'; --",
    randomBytes(99).toString('latin1').replaceAll('\0', ''),
  ]
  for (const text of kept) {
    const { message } = await alice.request('message.send', send(text))
    const created = await bob.next('message.created')
    expect([message.text, created.message.text]).toEqual([text, text])
  }
})
