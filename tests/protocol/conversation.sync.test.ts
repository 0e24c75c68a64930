// conversation.sync: whoever was away, however long, ends equal to whoever stayed.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Message } from '#rufer/shared/model/message.ts'
import type { Receipt } from '#rufer/shared/model/receipt.ts'
import { REPLY_BYTES, SYNC_CONVERSATIONS } from '#rufer/shared/protocol/limits.ts'
import type { Result } from '#rufer/shared/protocol/methods.ts'
import type { TestClient } from '#rufer/tests/helpers/client.ts'
import {
  connectNew,
  heardBesidesPresence,
  meet,
  UNHURRIED,
  type Company,
} from '#rufer/tests/helpers/people.ts'
import { invalid, PROTO } from '#rufer/tests/helpers/refusals.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'

type SyncPage = Result<'conversation.sync'>['conversations'][number]

let server: TestServer
let company: Company
/** what somebody who stayed has heard: 7 messages and 7 receipts, 14 revs */
let told: { messages: Message[]; receipts: Receipt[] }
beforeAll(async () => {
  server = await startServer({ env: UNHURRIED })
  company = await meet(server)
  told = await converse(company)
})
afterAll(() => server.stop())

describe('from any rev', () => {
  test('the answer holds every message and every receipt since, and the conversation as it is', async () => {
    const { alice, bob, conversationId } = company
    const { messages: history } = await alice.request('message.list', { conversationId })
    for (const client of [alice, bob]) {
      const { conversation } = await client.request('conversation.get', { conversationId })
      for (let rev = 0; rev < 14; rev++) {
        const answer = await client.request('conversation.sync', { revs: { [conversationId]: rev } })
        const messages = history.filter((message) => message.rev > rev)
        const receipts = told.receipts.filter((receipt) => receipt.rev > rev)
        expect(answer).toEqual({ conversations: [{ conversation, messages, receipts, hasMore: false }] })
      }
    }
  })

  test('revs have no hole: each is a message or a receipt', () => {
    const revs = [...told.messages, ...told.receipts].map(({ rev }) => rev)
    expect(revs.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 14 }, (_, index) => index + 1))
  })

  test.each([1, 2, 5, 13, 14])('pages of %i, asked with the highest rev, come to the same', async (limit) => {
    const { alice, conversationId } = company
    const { conversations } = await alice.request('conversation.sync', { revs: { [conversationId]: 0 } })
    const pages = await syncThrough(alice, conversationId, limit)
    for (const { messages, receipts } of pages) {
      expect(messages.length + receipts.length).toBeLessThanOrEqual(limit)
    }
    expect(pages.flatMap(({ messages }) => messages)).toEqual(conversations[0]?.messages)
    expect(pages.flatMap(({ receipts }) => receipts)).toEqual(conversations[0]?.receipts)
  })
})

describe('left out is', () => {
  test('what did not change, and what a client knows better', async () => {
    const { alice, conversationId } = company
    for (const rev of [14, 15, Number.MAX_SAFE_INTEGER]) {
      const answer = await alice.request('conversation.sync', { revs: { [conversationId]: rev } })
      expect(answer).toEqual({ conversations: [] })
    }
    expect(await alice.request('conversation.sync', { revs: {} })).toEqual({ conversations: [] })
  })

  test('what is unknown, beside what is known', async () => {
    const { alice, conversationId } = company
    const revs = { 'no-such-conversation': 0, '': 0, [`${conversationId}\u0000`]: 0, [conversationId]: 13 }
    const { conversations, remaining } = await alice.request('conversation.sync', { revs })
    expect(conversations.map(({ conversation }) => conversation.id)).toEqual([conversationId])
    expect(remaining).toBeUndefined()
  })

  test("to a stranger, what is not the stranger's: as if it were unknown", async () => {
    const { mallory, alice, conversationId } = company
    const carol = await connectNew(server, 'carol')
    const own = await mallory.say({ userId: carol.userId }, 'our own')
    const revs = { [conversationId]: 0, [own.message.conversationId]: 0 }
    const { conversations, remaining } = await mallory.request('conversation.sync', { revs })
    expect(conversations.map(({ conversation }) => conversation.id)).toEqual([own.message.conversationId])
    expect(remaining).toBeUndefined()
    expect(await mallory.request('conversation.sync', { revs: { [conversationId]: 0 } })).toEqual({
      conversations: [],
    })
    await alice.settled()
    expect(JSON.stringify(mallory.frames)).not.toContain(alice.userId)
  })
})

describe('what does not fit', () => {
  test('of one conversation comes with the next rev, one item at least each time', async () => {
    const { alice, bob, conversationId } = await meet(server)
    const sent = await sayLong(alice, bob.userId, 15)
    const pages = await syncThrough(bob, conversationId, 500)
    expect(pages.length).toBeGreaterThan(1)
    expect(pages.flatMap(({ messages }) => messages)).toEqual(sent)
    expectSmall(bob)
  })

  test('of several is named, and comes when it is asked for again', async () => {
    const alice = await connectNew(server, 'alice')
    const peers = await Promise.all(Array.from({ length: 6 }, () => connectNew(server, 'peer')))
    const long = new Map<string, Message[]>()
    for (const { userId } of peers) {
      const sent = await sayLong(alice, userId, 4)
      long.set(sent[0]?.conversationId ?? '', sent)
    }
    const found = await syncAll(alice, [...long.keys()])
    expect(found).toEqual(long)
    const first = await alice.request('conversation.sync', {
      revs: Object.fromEntries([...long.keys()].map((id) => [id, 0])),
    })
    const answered = first.conversations.map(({ conversation }) => conversation.id)
    expect(first.remaining?.length).toBeGreaterThan(0)
    expect([...answered, ...(first.remaining ?? [])].toSorted()).toEqual([...long.keys()].toSorted())
    expectSmall(alice)
  })
})

describe('bounds', () => {
  test('200 conversations may be asked at once', async () => {
    const { alice, conversationId } = company
    const revs = { ...revsOf(SYNC_CONVERSATIONS - 1), [conversationId]: 0 }
    const { conversations } = await alice.request('conversation.sync', { revs })
    expect(conversations).toHaveLength(1)
  })

  test.each([
    ['201 conversations', { revs: revsOf(201) }],
    ['a negative rev', { revs: { a: -1 } }],
    ['a rev between', { revs: { a: 0.5 } }],
    ['a rev as text', { revs: { a: '1' } }],
    ['a null rev', { revs: { a: null } }],
    ['an operator as rev', { revs: { a: { $gt: 0 } } }],
    ['a rev that is too large', { revs: { a: 2 ** 53 } }],
    ['a list of revs', { revs: [1] }],
    ['text as revs', { revs: 'all' }],
    ['null revs', { revs: null }],
    ['no revs', { revs: undefined }],
    ['limit 0', { limit: 0 }],
    ['limit 501', { limit: 501 }],
    ['limit 1.5', { limit: 1.5 }],
    ['limit as text', { limit: '5' }],
    ['an unknown field', { since: 0 }],
    ['__proto__', PROTO],
  ])('%s is refused', async (_, params) => {
    const error = await company.alice.refused('conversation.sync', { revs: {}, ...params })
    expect(error).toEqual(invalid('conversation.sync'))
  })
})

test('syncing tells nobody anything', async () => {
  const { alice, bob, conversationId } = await meet(server)
  await bob.request('conversation.sync', { revs: { [conversationId]: 0 } })
  await bob.say({ conversationId }, 'fence')
  await alice.next('message.created')
  expect(heardBesidesPresence(alice)).toEqual(['conversation.updated', 'message.created'])
})

// --- Internal helpers ---

function revsOf(count: number) {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`conversation-${index}`, 0]))
}

/** Seven messages and seven receipts of both, as the events told them. */
async function converse({ alice, bob, conversationId }: Company) {
  const steps = [
    () => alice.say({ conversationId }, 'one'),
    () => bob.request('receipt.update', { conversationId, deliveredSeq: 1 }),
    () => bob.request('receipt.update', { conversationId, readSeq: 1 }),
    () => alice.say({ conversationId }, 'two'),
    () => alice.say({ conversationId }, 'three'),
    () => bob.request('receipt.update', { conversationId, deliveredSeq: 2 }),
    () => bob.request('receipt.update', { conversationId, deliveredSeq: 3, readSeq: 2 }),
    () => bob.say({ conversationId }, 'four'),
    () => alice.request('receipt.update', { conversationId, readSeq: 4 }),
    () => bob.say({ conversationId }, 'five'),
    () => bob.say({ conversationId }, 'six'),
    () => alice.request('receipt.update', { conversationId, readSeq: 5 }),
    () => alice.request('receipt.update', { conversationId, deliveredSeq: 6 }),
    () => alice.say({ conversationId }, 'seven'),
  ]
  for (const step of steps) await step()
  const messages: Message[] = []
  const receipts: Receipt[] = []
  while (messages.length < 7) messages.push((await bob.next('message.created')).message)
  while (receipts.length < 7) receipts.push((await bob.next('receipt.updated')).receipt)
  return { messages, receipts }
}

async function syncThrough(client: TestClient, conversationId: string, limit: number): Promise<SyncPage[]> {
  const pages: SyncPage[] = []
  for (let rev = 0; ;) {
    const { conversations } = await client.request('conversation.sync', {
      revs: { [conversationId]: rev },
      limit,
    })
    const [page] = conversations
    if (!page) throw new Error('a changed conversation is answered')
    pages.push(page)
    if (!page.hasMore) return pages
    rev = highestRev(page)
  }
}

/** All messages of several conversations, asked for until nothing remains and no page has more after it. */
async function syncAll(client: TestClient, ids: string[]): Promise<Map<string, Message[]>> {
  const found = new Map<string, Message[]>()
  let revs = new Map(ids.map((id) => [id, 0]))
  while (revs.size > 0) {
    const answer = await client.request('conversation.sync', { revs: Object.fromEntries(revs) })
    expect(answer.conversations.length).toBeGreaterThan(0)
    const left = new Map((answer.remaining ?? []).map((id) => [id, revs.get(id) ?? 0]))
    for (const page of answer.conversations) {
      const { id } = page.conversation
      found.set(id, [...(found.get(id) ?? []), ...page.messages])
      if (page.hasMore) left.set(id, highestRev(page))
    }
    revs = left
  }
  return new Map(ids.map((id) => [id, found.get(id) ?? []]))
}

function highestRev({ messages, receipts }: SyncPage) {
  return Math.max(...[...messages, ...receipts].map(({ rev }) => rev))
}

async function sayLong(client: TestClient, userId: string, count: number) {
  const texts = Array.from({ length: count }, (_, index) => `${index} ${'😀'.repeat(9_000)}`)
  const sent = await Promise.all(texts.map((text) => client.say({ userId }, text)))
  return sent.map(({ message }) => message)
}

function expectSmall({ frames }: TestClient) {
  for (const frame of frames)
    expect(Buffer.byteLength(JSON.stringify(frame))).toBeLessThanOrEqual(REPLY_BYTES)
}
