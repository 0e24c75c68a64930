// Indexes: nothing that the store asks a server in the course of its work reads a whole collection, or sorts what it read.
import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { openMongoStore } from '#rufer/server/store/mongo/open.ts'
import type { Store } from '#rufer/server/store/duties.ts'
import type { Outbox } from '#rufer/server/store/outbox.ts'
import type { ChatStore, Secret } from '#rufer/server/store/port.ts'
import { newDatabaseUri, readDatabase, skipWithoutMongo } from '#rufer/tests/helpers/mongo.ts'

skipWithoutMongo()

const at = '2026-01-01T00:00:00.000Z'
const later = '2026-02-01T00:00:00.000Z'

function secret(parts: Partial<Secret> = {}): Secret {
  return { hash: randomUUID(), kind: 'token', userId: 'alice', expiresAt: later, parentHash: null, ...parts }
}

/** Calls every method, with all there is to ask; gives the names of those that were forgotten. */
async function useEverything(all: Store) {
  const unused = new Set(Object.keys(all))
  const store = new Proxy(all, {
    get(target, name, receiver) {
      unused.delete(String(name))
      return Reflect.get(target, name, receiver)
    },
  })
  for (const userId of ['alice', 'bob']) await store.putUser({ userId, displayName: userId }, at)
  await store.openConversation(['alice', 'bob'], at)
  const target = { userId: 'bob' }
  const draft = { id: randomUUID(), senderId: 'alice', target, text: 'hello', at }
  const appended = await store.appendMessage(draft)
  const conversationId = 'message' in appended ? appended.message.conversationId : ''
  await store.appendMessage({ ...draft, id: randomUUID(), senderId: 'bob', target: { conversationId } })
  await store.appendMessage(draft)
  await store.moveReceipt({ conversationId, userId: 'bob', readSeq: 2, at })
  await store.moveReceipt({ conversationId, userId: 'alice', readSeq: 2, at })
  await store.putUser({ userId: 'alice', displayName: 'Alice' }, at)

  await store.getUsers(['alice', 'bob'])
  await store.getUsers(['bob'], 'alice')
  await store.getMessage(draft.id)
  await store.getConversations({ ids: [conversationId] })
  await store.getConversations({ ids: [conversationId], memberId: 'alice', beyond: { [conversationId]: 0 } })
  await store.getMemberIds(conversationId)
  await store.listConversations({ userId: 'alice', limit: 9 })
  await store.listConversations({ userId: 'alice', limit: 9, after: { updatedAt: at, id: 'a' } })
  for (const bounds of [{}, { beforeSeq: 2 }, { afterSeq: 1 }])
    await store.listMessages({ conversationId, limit: 9, ...bounds })
  await store.duties.listMemberships({ userId: 'alice', limit: 9 })
  await store.duties.listMemberships({ userId: 'alice', limit: 9, afterId: 'a' })
  await store.duties.countMemberships('alice')
  await store.listRevisions({ conversationId, afterRev: 0, throughRev: 9, limit: 9 })

  const browser = secret({ kind: 'browser' })
  const token = secret({ parentHash: browser.hash })
  await store.putSecret(browser, at)
  await store.putSecret(token, at, { rate: { perSecond: 1, burst: 9 }, unused: 1 })
  await store.peekSecret(token, at)
  await store.takeSecret(token, at)
  await store.voidSecrets({ hash: browser.hash })
  await store.voidSecrets({ userId: 'alice' })
  await store.putPresences([
    { userId: 'alice', isOnline: true, at },
    { userId: 'bob', isOnline: false, at },
  ])
  await store.putPresences([{ userId: 'bob', isOnline: true, at }])
  await store.renewLease(at)
  await useOutbox(store.outbox, conversationId)
  await store.duties.countMemberships('alice')
  for (const after of [{}, { afterId: 'a' }])
    await store.duties.listMemberships({ userId: 'alice', limit: 9, ...after })
  await watchOnce(store)
  await store.duties.prune({ changesBefore: at, now: at })
  await store.close()
  return [...unused]
}

async function useOutbox(outbox: Outbox, topic: string) {
  for (let times = 0; times < 2; times++) await outbox.takeLease()
  const page = await outbox.listTopics({ limit: 1 })
  await outbox.listTopics({ limit: 9, after: page.after ?? '' })
  const [one, two, three] = (await outbox.listEvents(topic, 9)).map(({ id }) => id)
  await outbox.remove(one ?? '')
  await outbox.postpone(two ?? '', { at, nextAt: later, reason: 'x' })
  for (const id of [two, three]) await outbox.bury(id ?? '', { at, reason: 'x' })
  const letters = await outbox.listDeadLetters({ limit: 1 })
  await outbox.listDeadLetters({ limit: 9, after: letters.after ?? '' })
  await outbox.replay([two ?? ''])
  await outbox.drop([three ?? ''])
  await outbox.count()
  await outbox.endLease()
}

/** Hears of one sign. */
async function watchOnce(store: ChatStore) {
  const abort = new AbortController()
  const told = store.watch(abort.signal)[Symbol.asyncIterator]()
  await store.tell({ kind: 'pulse', processId: store.processId, at })
  await told.next()
  abort.abort()
}

test('every query has one, and none sorts in memory', async () => {
  const uri = newDatabaseUri()
  const store = await openMongoStore(uri, { hasWebhooks: true })
  await readDatabase(uri, async (database) => {
    await database.setProfilingLevel('all')
    expect(await useEverything(store)).toEqual(['engine'])
    await database.setProfilingLevel('off')
    const profile = database.collection('system.profile')
    const operations = await profile.find({ ns: { $not: /system\.profile$/ } }).toArray()
    const bad = operations
      // as many as there are processes
      .filter(({ ns }) => !ns.endsWith('.leases'))
      .filter(({ planSummary = '', hasSortStage }) => /COLLSCAN/.test(planSummary) || hasSortStage)
    expect(bad.map(({ op, command, planSummary }) => ({ op, command, planSummary }))).toEqual([])
    expect(operations.length).toBeGreaterThan(60)
    const used = new Set(operations.map(({ planSummary }) => planSummary))
    expect(used.size).toBeGreaterThan(10)
  })
})
