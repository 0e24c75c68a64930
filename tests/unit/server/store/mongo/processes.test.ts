// Several processes on one database: what one does is so on all, and one that ends without a word takes its users along.
import { randomUUID } from 'node:crypto'
import mongoose from 'mongoose'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { openMongoStore } from '#rufer/server/store/mongo/open.ts'
import type { ChatStore, PresenceMark, Sign } from '#rufer/server/store/port.ts'
import type { Presence } from '#rufer/shared/model/presence.ts'
import { emptyDatabase, newDatabaseUri, readDatabase, skipWithoutMongo } from '#rufer/tests/helpers/mongo.ts'

skipWithoutMongo()

const at = (ms: number) => new Date(Date.UTC(2026, 0, 1) + ms).toISOString()
const uri = newDatabaseUri()
let one: ChatStore
let other: ChatStore
beforeEach(async () => {
  one = await openMongoStore(uri)
  other = await openMongoStore(uri)
  for (const userId of ['alice', 'bob']) await one.putUser({ userId, displayName: userId }, at(0))
})
afterEach(async () => {
  await Promise.all([one.close(), other.close()])
  await emptyDatabase(uri)
})

const online = (userId: string): PresenceMark => ({ userId, isOnline: true, at: at(1) })
const offline = (userId: string, ms = 2): PresenceMark => ({ userId, isOnline: false, at: at(ms) })

/** Makes the server's clock forget that the leases there are were renewed just now. */
async function letLeasesGoStale() {
  await readDatabase(uri, (database) =>
    database.collection('leases').updateMany({}, { $set: { renewedAt: new Date(Date.now() - 60_000) } }),
  )
}

/** Gives the presences that a process hears of from now on, up to the moment it is asked for them. */
function watchPresences(store: ChatStore) {
  const abort = new AbortController()
  onTestFinished(() => abort.abort())
  const told = store.watch(abort.signal)[Symbol.asyncIterator]()
  return async () => {
    const end: Sign = { kind: 'pulse', processId: randomUUID(), at: at(0) }
    await store.tell(end)
    const heard: Presence[] = []
    for (;;) {
      const { value } = await told.next()
      if (value?.kind === 'presence.changed') heard.push(value.presence)
      else if (value?.kind === 'pulse' && value.processId === end.processId) return heard
    }
  }
}

const isOnline = (userId: string): Presence => ({ userId, status: 'online', lastSeenAt: null })
const isOffline = (userId: string, ms = 2): Presence => ({ userId, status: 'offline', lastSeenAt: at(ms) })

test('a user is online as long as on one process, and every process hears of it once', async () => {
  const heard = [one, other].map(watchPresences)
  const expectHeard = async (presences: Presence[]) => {
    for (const take of heard) expect(await take()).toEqual(presences)
  }
  await one.putPresences([online('alice')])
  await expectHeard([isOnline('alice')])
  await other.putPresences([online('alice')])
  await one.putPresences([offline('alice', 5)])
  await expectHeard([])
  expect(await one.getUsers(['alice'])).toMatchObject([{ isOnline: true }])
  await other.putPresences([offline('alice', 4)])
  // as whoever asks now reads
  await expectHeard([isOffline('alice', 5)])
  expect(await one.getUsers(['alice'])).toMatchObject([{ isOnline: false, lastSeenAt: at(5) }])
})

test('of those that come or leave at the same time one is told, in the order in which it is stored', async () => {
  const take = watchPresences(one)
  for (let round = 0; round < 10; round++) {
    await Promise.all([one, other].map((store) => store.putPresences([online('alice')])))
    await Promise.all([one, other].map((store) => store.putPresences([offline('alice')])))
    expect(await take()).toEqual([isOnline('alice'), isOffline('alice')])
    // from one process to the other
    await one.putPresences([online('bob')])
    await Promise.all([one.putPresences([offline('bob')]), other.putPresences([online('bob')])])
    const told = await take()
    expect(told.at(0)).toEqual(isOnline('bob'))
    expect(told.at(-1)).toEqual(isOnline('bob'))
    expect([1, 3]).toContain(told.length)
    await other.putPresences([offline('bob')])
    expect(await take()).toEqual([isOffline('bob')])
  }
})

test('a process that kept silent is settled by one that lives, once, and comes back when it speaks again', async () => {
  const pulse = { kind: 'pulse', processId: 'other', at: at(10) } as const
  for (const store of [one, other]) await store.renewLease(at(10))
  await one.putPresences([online('alice'), online('bob')])
  await other.putPresences([online('bob')])
  expect(await other.tell(pulse)).toBe(2)
  const take = watchPresences(other)
  await letLeasesGoStale()

  expect(await other.renewLease(at(20))).toEqual({ isRevived: false })
  expect(await take()).toEqual([isOffline('alice', 10)])
  expect(await other.getUsers(['alice'])).toMatchObject([{ isOnline: false, lastSeenAt: at(10) }])
  expect(await other.tell(pulse)).toBe(1)
  expect(await other.renewLease(at(30))).toEqual({ isRevived: false })
  expect(await take()).toEqual([])

  expect(await one.renewLease(at(40))).toEqual({ isRevived: true })
  await one.putPresences([online('alice')])
  expect(await take()).toEqual([isOnline('alice')])
})

test('what a process was in the midst of as it ended does not hold up the others for long', async () => {
  const opened = await one.openConversation(['alice', 'bob'], at(1))
  const conversationId = 'conversation' in opened ? opened.conversation.id : ''
  const ended = new mongoose.mongo.MongoClient(uri, { appName: 'rufer' })
  const session = ended.startSession()
  session.startTransaction()
  const conversations = ended.db().collection<{ _id: string }>('conversations')
  await conversations.updateOne({ _id: conversationId }, { $inc: { version: 1 } }, { session })

  let isStored = false
  const target = { conversationId }
  const draft = { id: randomUUID(), senderId: 'alice', target, text: 'hello', at: at(2) }
  const sent = one.appendMessage(draft).finally(() => (isStored = true))
  const renew = async () => {
    await other.renewLease(at(10))
    return isStored
  }
  await expect.poll(renew, { timeout: 25_000, interval: 200 }).toBe(true)
  expect(await sent).toMatchObject({ outcome: 'stored' })
  await ended.close()
})

test('a sign and a change reach every process', async () => {
  const abort = new AbortController()
  const heard = [one, other].map((store) => store.watch(abort.signal)[Symbol.asyncIterator]())
  const sign: Sign = { kind: 'pulse', processId: 'one', at: at(1) }
  await one.tell(sign)
  const sent = await other.appendMessage({
    id: randomUUID(),
    senderId: 'alice',
    target: { userId: 'bob' },
    text: 'hello',
    at: at(2),
  })
  for (const told of heard) {
    expect([await told.next(), await told.next(), await told.next()]).toMatchObject([
      { value: sign },
      { value: { kind: 'conversation.updated' } },
      { value: { kind: 'message.created', message: 'message' in sent ? sent.message : undefined } },
    ])
  }
  abort.abort()
})

test('a secret is taken once, whoever asks', async () => {
  const token = { kind: 'token', userId: 'alice', expiresAt: at(9_000), parentHash: null } as const
  for (let round = 0; round < 20; round++) {
    const hash = randomUUID()
    await one.putSecret({ ...token, hash }, at(0))
    const takers = Array.from({ length: 20 }, (_, index) => (index % 2 ? one : other))
    const taken = await Promise.all(takers.map((store) => store.takeSecret({ hash, kind: 'token' }, at(1))))
    expect(taken.filter(Boolean)).toHaveLength(1)
  }
})

test('a browser session that ends on one process has no children that another put meanwhile', async () => {
  for (let round = 0; round < 20; round++) {
    const browser = {
      hash: randomUUID(),
      kind: 'browser',
      userId: 'alice',
      expiresAt: at(9_000),
      parentHash: null,
    } as const
    const child = { ...browser, hash: randomUUID(), kind: 'token', parentHash: browser.hash } as const
    await one.putSecret(browser, at(0))
    await Promise.all([one.putSecret(child, at(1)), other.voidSecrets({ hash: browser.hash })])
    expect(await one.peekSecret(child, at(1))).toBeUndefined()
  }
})
