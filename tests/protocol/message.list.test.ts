// message.list: pages of a conversation's history, both ways, for its members only.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Message } from '#rufer/shared/model/message.ts'
import { PAGE_SIZE, REPLY_BYTES } from '#rufer/shared/protocol/limits.ts'
import type { TestClient } from '#rufer/tests/helpers/client.ts'
import { heard, meet, UNHURRIED, type Company } from '#rufer/tests/helpers/people.ts'
import { invalid, missingIds, noStrings, notFound, PROTO } from '#rufer/tests/helpers/refusals.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'

let server: TestServer
let company: Company
/** 105 messages, the oldest first */
let history: Message[]
beforeAll(async () => {
  server = await startServer({ env: UNHURRIED })
  company = await meet(server)
  history = await sayAll(
    company,
    Array.from({ length: 105 }, (_, index) => `text ${index + 1}`),
  )
})
afterAll(() => server.stop())

describe('a page', () => {
  test('without a bound holds the newest 50, ascending', async () => {
    const { alice, conversationId } = company
    expect(await alice.request('message.list', { conversationId })).toEqual({
      messages: history.slice(-50),
      hasMore: true,
    })
  })

  test('is the same for both members', async () => {
    const { alice, bob, conversationId } = company
    const page = await alice.request('message.list', { conversationId, limit: 7 })
    expect(await bob.request('message.list', { conversationId, limit: 7 })).toEqual(page)
  })

  test.each<[string, object, { seqs: number[]; hasMore: boolean }]>([
    ['before', { beforeSeq: 11, limit: 3 }, { seqs: [8, 9, 10], hasMore: true }],
    ['before, up to the first', { beforeSeq: 4, limit: 3 }, { seqs: [1, 2, 3], hasMore: false }],
    ['before, short of the first', { beforeSeq: 5, limit: 3 }, { seqs: [2, 3, 4], hasMore: true }],
    ['before the first', { beforeSeq: 1 }, { seqs: [], hasMore: false }],
    ['before nothing', { beforeSeq: 0 }, { seqs: [], hasMore: false }],
    [
      'before what is not there yet',
      { beforeSeq: 9_000_000_000, limit: 2 },
      { seqs: [104, 105], hasMore: true },
    ],
    ['after', { afterSeq: 10, limit: 3 }, { seqs: [11, 12, 13], hasMore: true }],
    ['after, up to the last', { afterSeq: 102, limit: 3 }, { seqs: [103, 104, 105], hasMore: false }],
    ['after, short of the last', { afterSeq: 101, limit: 3 }, { seqs: [102, 103, 104], hasMore: true }],
    ['after the last', { afterSeq: 105 }, { seqs: [], hasMore: false }],
    ['after what is not there yet', { afterSeq: Number.MAX_SAFE_INTEGER }, { seqs: [], hasMore: false }],
    ['after nothing', { afterSeq: 0, limit: 1 }, { seqs: [1], hasMore: true }],
    ['one', { limit: 1 }, { seqs: [105], hasMore: true }],
  ])('%s: bounds are exclusive', async (_, params, { seqs, hasMore }) => {
    const { alice, conversationId } = company
    const page = await alice.request('message.list', { conversationId, ...params })
    expect(page.messages).toEqual(history.filter(({ seq }) => seqs.includes(seq)))
    expect(page.hasMore).toBe(hasMore)
  })

  test.each([1, 7, 21, PAGE_SIZE])('after page of %i holds the whole history, both ways', async (limit) => {
    const { alice, conversationId } = company
    expect(await pageThrough(alice, { conversationId, limit }, 'beforeSeq')).toEqual(history)
    expect(await pageThrough(alice, { conversationId, limit }, 'afterSeq')).toEqual(history)
  })

  test('of an empty conversation is empty', async () => {
    const { bob, conversationId } = await meet(server)
    const empty = { messages: [], hasMore: false }
    expect(await bob.request('message.list', { conversationId })).toEqual(empty)
    expect(await bob.request('message.list', { conversationId, afterSeq: 0 })).toEqual(empty)
  })
})

test('tells when the other member first had and read each message', async () => {
  const { alice, bob, conversationId } = await meet(server)
  await sayAll({ alice, conversationId }, ['1', '2', '3', '4'])
  await bob.request('receipt.update', { conversationId, deliveredSeq: 2 })
  const had = (await alice.next('receipt.updated')).receipt
  await bob.request('receipt.update', { conversationId, readSeq: 1 })
  const read = (await alice.next('receipt.updated')).receipt
  await bob.request('receipt.update', { conversationId, deliveredSeq: 3 })
  const hadMore = (await alice.next('receipt.updated')).receipt
  const reply = (await bob.say({ conversationId }, '5')).message
  await alice.request('receipt.update', { conversationId, readSeq: 5 })
  const readReply = (await alice.next('receipt.updated')).receipt

  const expected = [
    { deliveredAt: had.deliveredAt, readAt: read.readAt },
    { deliveredAt: had.deliveredAt, readAt: reply.createdAt },
    { deliveredAt: hadMore.deliveredAt, readAt: reply.createdAt },
    { deliveredAt: reply.createdAt, readAt: reply.createdAt },
    { deliveredAt: readReply.deliveredAt, readAt: readReply.readAt },
  ]
  for (const client of [alice, bob]) {
    const { messages } = await client.request('message.list', { conversationId })
    expect(messages).toMatchObject(expected)
    expect(messages.map(({ rev }) => rev)).toEqual([1, 2, 3, 4, 8])
  }
})

test('a reply of long texts ends early, with one message at least, and nothing is lost', async () => {
  const { alice, bob, conversationId } = await meet(server)
  const long = await sayAll(
    { alice, conversationId },
    Array.from({ length: 16 }, (_, index) => `${index} ${'😀'.repeat(9_000)}`),
  )
  for (const client of [alice, bob]) {
    for (const bound of ['beforeSeq', 'afterSeq'] as const) {
      expect(await pageThrough(client, { conversationId, limit: PAGE_SIZE }, bound)).toEqual(long)
    }
  }
  const newest = await bob.request('message.list', { conversationId, limit: PAGE_SIZE })
  expect(newest.hasMore).toBe(true)
  expect(newest.messages.length).toBeGreaterThan(1)
  expect(newest.messages).toEqual(long.slice(-newest.messages.length))
  for (const frame of [...alice.frames, ...bob.frames]) {
    expect(Buffer.byteLength(JSON.stringify(frame))).toBeLessThanOrEqual(REPLY_BYTES)
  }
})

test.each([
  ['both bounds', { beforeSeq: 5, afterSeq: 1 }],
  ['limit 0', { limit: 0 }],
  ['limit 101', { limit: 101 }],
  ['a negative limit', { limit: -1 }],
  ['limit 1.5', { limit: 1.5 }],
  ['limit as text', { limit: '5' }],
  ['limit null', { limit: null }],
  ['a negative bound', { beforeSeq: -1 }],
  ['a bound between', { afterSeq: 0.5 }],
  ['a bound as text', { afterSeq: '1' }],
  ['a bound that is too large', { beforeSeq: 2 ** 53 }],
  ['an operator as bound', { afterSeq: { $gt: 0 } }],
  ['an unknown field', { order: 'desc' }],
  ['__proto__', PROTO],
  ...noStrings('conversationId'),
])('%s is refused', async (_, params) => {
  const { alice, conversationId } = company
  const error = await alice.refused('message.list', { conversationId, ...params })
  expect(error).toEqual(invalid('message.list'))
})

test('a stranger reads nothing', async () => {
  const { mallory, conversationId } = company
  for (const params of [{}, { beforeSeq: 3 }, { afterSeq: 0, limit: 1 }]) {
    const error = await mallory.refused('message.list', { conversationId, ...params })
    expect(error).toEqual(notFound('message.list'))
  }
  for (const id of missingIds(conversationId)) {
    const error = await mallory.refused('message.list', { conversationId: id })
    expect(error).toEqual(notFound('message.list'))
  }
  expect(heard(mallory)).toEqual([])
})

// --- Internal helpers ---

type Sayer = Pick<Company, 'alice' | 'conversationId'>

async function sayAll({ alice, conversationId }: Sayer, texts: string[]): Promise<Message[]> {
  const sent = await Promise.all(texts.map((text) => alice.say({ conversationId }, text)))
  return sent.map(({ message }) => message)
}

/** All pages from one end to the other, as one list, ascending. */
async function pageThrough(
  client: TestClient,
  query: { conversationId: string; limit: number },
  bound: 'beforeSeq' | 'afterSeq',
): Promise<Message[]> {
  const found: Message[] = []
  let from = bound === 'beforeSeq' ? Number.MAX_SAFE_INTEGER : 0
  for (;;) {
    const { messages, hasMore } = await client.request('message.list', { ...query, [bound]: from })
    if (bound === 'beforeSeq') found.unshift(...messages)
    else found.push(...messages)
    if (!hasMore) return found
    const edge = bound === 'beforeSeq' ? messages.at(0) : messages.at(-1)
    if (!edge) throw new Error('a page with more after it holds one message at least')
    from = edge.seq
  }
}
