// Frames: what each malformed one closes the connection with, what is answered instead, and that order is kept.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { register } from '#rufer/tests/helpers/api.ts'
import { connect, type TestClient } from '#rufer/tests/helpers/client.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'
import { tcpOf, toFrame, type FrameOptions } from '#rufer/tests/helpers/wire.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer({
    env: {
      RUFER_LIMIT_TOKENS_PER_MINUTE: '0',
      RUFER_LIMIT_CONNECTIONS_PER_USER: '0',
      RUFER_LIMIT_REQUESTS_PER_SECOND: '0',
    },
  })
  await register(server, 'alice', 'bob')
})
// fails if anything went unhandled in the process
afterAll(() => server.stop())

const LIMIT = 65_536
const ping = (id: number) => JSON.stringify({ id, method: 'session.ping' })
const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
/** A ping padded to so many bytes. */
function pingOf(bytes: number) {
  const empty = JSON.stringify({ id: 1, method: 'session.ping', pad: '' })
  return empty.replace('""', `"${'x'.repeat(bytes - empty.length)}"`)
}

const one = (payload: string | Buffer, options?: FrameOptions) => [toFrame(payload, options)]
const message = (id: number, userId: string, text: string) =>
  toFrame(JSON.stringify({ id, method: 'message.send', params: { id: crypto.randomUUID(), userId, text } }))

/** Writes bytes to the socket of a new connection, followed by a request that must not be answered. */
async function sendBroken(...chunks: Buffer[]): Promise<TestClient & { code: number }> {
  const client = await connect(server, 'alice')
  tcpOf(client).write(Buffer.concat([...chunks, toFrame(ping(2 ** 50))]))
  return { ...client, code: await client.closed }
}

describe('broken on the level of frames:', () => {
  test.each([
    ['a binary frame', 1003, one(ping(1), { opcode: 2 })],
    ['an empty binary frame', 1003, one('', { opcode: 2 })],
    ['invalid UTF-8', 1007, one(Buffer.from([0x7b, 0xff, 0x7d]))],
    ['a lone surrogate in UTF-8', 1007, one(Buffer.from([0xed, 0xa0, 0x80]))],
    ['a frame over the limit', 1009, one(pingOf(LIMIT + 1))],
    [
      'fragments over the limit',
      1009,
      [
        toFrame(pingOf(LIMIT), { isFinal: false }),
        toFrame('  ', { opcode: 0, isFinal: false }),
        toFrame('', { opcode: 0 }),
      ],
    ],
    ['an unmasked frame', 1002, one(ping(1), { isMasked: false })],
    ['a reserved bit', 1002, one(ping(1), { reserved: 4 })],
    ['an unknown opcode', 1002, one(ping(1), { opcode: 3 })],
    ['an unknown control opcode', 1002, one('', { opcode: 11 })],
    ['a continuation of nothing', 1002, one(ping(1), { opcode: 0 })],
    ['a fragmented ping', 1002, one('', { opcode: 9, isFinal: false })],
    ['a ping of 126 bytes', 1002, one('x'.repeat(126), { opcode: 9 })],
    ['a close of one byte', 1002, one('x', { opcode: 8 })],
    ['a close with a reserved code', 1002, one(Buffer.from([0x03, 0xec]), { opcode: 8 })],
    [
      'a bomb of fragments',
      1008,
      [toFrame('{', { isFinal: false }), ...Array(200).fill(toFrame(' ', { opcode: 0, isFinal: false }))],
    ],
  ])('%s → %i', async (_name, code, bytes) => {
    const client = await sendBroken(...bytes)
    expect(client.code).toBe(code)
    expect(client.frames).toHaveLength(1)
  })
})

describe('broken on the level of the protocol:', () => {
  test.each([
    ['no JSON', 'hello'],
    ['nothing', ''],
    ['an array', '[]'],
    ['a request in an array', `[${ping(1)}]`],
    ['a number', '7'],
    ['a string', '"session.ping"'],
    ['true', 'true'],
    ['null', 'null'],
    ['9 levels', `{"id":1,"method":"session.ping","params":{"a":${nested(7)}}}`],
    ['30,000 levels', `{"id":1,"method":"session.ping","params":{"a":${nested(30_000)}}}`],
    ['9 levels where nobody looks', `{"id":1,"method":"session.ping","extra":${nested(8)}}`],
    ['no id', '{"method":"session.ping"}'],
    ['a negative id', '{"id":-1,"method":"session.ping"}'],
    ['a fraction', '{"id":1.5,"method":"session.ping"}'],
    ['a string as id', '{"id":"1","method":"session.ping"}'],
    ['null as id', '{"id":null,"method":"session.ping"}'],
    ['2^53', '{"id":9007199254740992,"method":"session.ping"}'],
    ['an id beyond numbers', '{"id":1e999,"method":"session.ping"}'],
    ['a reply', '{"id":"x","result":{}}'],
    ['an event', '{"event":"session.started","data":{}}'],
  ])('%s → 4400', async (_name, text) => {
    const client = await sendBroken(toFrame(text))
    expect(client.code).toBe(4400)
    expect(client.frames).toHaveLength(1)
  })

  test.each([
    ['the same id again', 5],
    ['a lower id', 4],
  ])('%s → 4400, after the first was answered', async (_name, id) => {
    const client = await sendBroken(toFrame(ping(5)), toFrame(ping(id)))
    expect(client.code).toBe(4400)
    expect(client.frames.map((frame) => frame['id'])).toEqual([undefined, 5])
  })
})

describe('sound to the edge:', () => {
  test.each([
    ['8 levels', `{"id":1,"method":"session.ping","params":{"a":${nested(6)}}}`, 'invalid-params'],
    ['a frame of exactly the limit', pingOf(LIMIT), undefined],
    ['id 0', ping(0), undefined],
    ['id 2^53 − 1', ping(2 ** 53 - 1), undefined],
    ['absent params', '{"id":1,"method":"session.ping"}', undefined],
    ['space around', `\n ${ping(1)} `, undefined],
    ['a key twice: the last holds', '{"id":1,"method":"none","method":"session.ping"}', undefined],
  ])('%s is answered', async (_name, text, code) => {
    const client = await connect(server, 'alice')
    client.sendRaw(text)
    const reply = await client.reply(JSON.parse(text).id)
    expect(reply).toMatchObject(code ? { error: { code } } : { result: {} })
    await client.close()
  })

  test('a frame in 64 fragments is one', async () => {
    const client = await connect(server, 'alice')
    const text = ping(1).padEnd(64)
    const parts = Array.from(text, (character, index) =>
      toFrame(character, { opcode: index === 0 ? 1 : 0, isFinal: index === 63 }),
    )
    tcpOf(client).write(Buffer.concat(parts))
    expect(await client.reply(1)).toMatchObject({ result: { serverTime: expect.any(String) } })
    await client.close()
  })

  test('bytes that come one by one are one frame', async () => {
    const client = await connect(server, 'alice')
    for (const byte of toFrame(ping(1))) {
      await new Promise((resolve) => tcpOf(client).write(Buffer.from([byte]), resolve))
    }
    expect(await client.reply(1)).toMatchObject({ result: {} })
    await client.close()
  })
})

test('error replies have one shape, and the connection lives after each of them', async () => {
  const client = await connect(server, 'alice')
  const bad: [text: string, code: string][] = [
    ['"method":7', 'invalid-frame'],
    ['"method":null', 'invalid-frame'],
    ['"params":{}', 'invalid-frame'],
    ['"method":"session.ping","params":null', 'invalid-frame'],
    ['"method":"session.ping","params":[]', 'invalid-frame'],
    ['"method":"session.ping","params":"{}"', 'invalid-frame'],
    ['"method":"session.ping","params":7', 'invalid-frame'],
    ['"method":"nonsense"', 'unknown-method'],
    ['"method":""', 'unknown-method'],
    ['"method":"Session.Ping"', 'unknown-method'],
    ['"method":"__proto__"', 'unknown-method'],
    ['"method":"constructor"', 'unknown-method'],
    ['"method":"toString"', 'unknown-method'],
    ['"method":"hasOwnProperty"', 'unknown-method'],
    ['"method":"session.ping","params":{"a":1}', 'invalid-params'],
    ['"method":"session.ping","params":{"__proto__":{}}', 'invalid-params'],
    ['"method":"session.ping","params":{"constructor":{}}', 'invalid-params'],
    ['"method":"user.get","params":{"userId":"bob","__proto__":{"userId":"alice"}}', 'invalid-params'],
    ['"method":"user.get","params":{"__proto__":{"userId":"alice"}}', 'invalid-params'],
    ['"method":"user.get","params":{"userId":{"$ne":null}}', 'invalid-params'],
    ['"method":"user.get","params":{"userId":["bob"]}', 'invalid-params'],
    ['"method":"user.get"', 'invalid-params'],
  ]
  for (const [index, [fields, code]] of bad.entries()) {
    const id = index * 2
    client.sendRaw(`{"id":${id},${fields}}`)
    const { error } = await client.reply(id)
    expect({ fields, error }).toMatchObject({
      fields,
      error: { code, message: expect.stringMatching(/^unable to [a-z ]+; ./), retryable: false },
    })
    client.sendRaw(ping(id + 1))
    expect(await client.reply(id + 1)).toHaveProperty('result')
  }
  await client.close()
})

test('an unknown field is named in the issues', async () => {
  const client = await connect(server, 'alice')
  expect(await client.refused('session.ping', { surprise: 1 })).toMatchObject({
    code: 'invalid-params',
    message: expect.stringContaining('unable to ping; surprise'),
    issues: [{ path: 'surprise', message: expect.any(String) }],
  })
  await client.close()
})

test('requests of one connection are answered in the order sent, slow ones and refused ones alike', async () => {
  const client = await connect(server, 'alice')
  const requests = Array.from({ length: 60 }, (_, id) => {
    const [method, params] = [
      ['message.send', { id: crypto.randomUUID(), userId: 'bob', text: `${id}` }],
      ['session.ping', {}],
      ['nonsense', {}],
    ][id % 3] ?? ['']
    return toFrame(JSON.stringify({ id, method, params }))
  })
  tcpOf(client).write(Buffer.concat(requests))
  await client.reply(59)
  const ids = client.frames.map((frame) => frame['id']).filter((id) => id !== undefined)
  expect(ids).toEqual(Array.from({ length: 60 }, (_, id) => id))
  await client.close()
})

test('after a violation nothing more is handled', async () => {
  // whom nobody wrote to: what others were sent may still be on its way to them
  await register(server, 'carol')
  const [alice, carol] = await Promise.all([connect(server, 'alice'), connect(server, 'carol')])
  tcpOf(alice).write(
    Buffer.concat([message(1, 'carol', 'before'), toFrame('nonsense'), message(2, 'carol', 'after')]),
  )
  expect(await alice.closed).toBe(4400)
  expect((await carol.next('message.created')).message.text).toBe('before')
  await carol.say({ userId: 'alice' }, 'then')
  expect((await carol.next('message.created')).message.text).toBe('then')
  await carol.close()
})
