// What a majority of the members does not have yet may be lost again: nobody is shown it, or told that it is stored.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openMongoStore } from '#rufer/server/store/mongo/open.ts'
import type { ChatStore } from '#rufer/server/store/port.ts'
import { hasMongo, readDatabase, skipWithoutMongo } from '#rufer/tests/helpers/mongo.ts'
import { startReplicaSet, type ReplicaSet } from '#rufer/tests/helpers/replica-set.ts'

skipWithoutMongo()

const at = '2026-01-01T00:00:00.000Z'
let set: ReplicaSet
let uri: string
let one: ChatStore
let other: ChatStore
beforeAll(async () => {
  if (!hasMongo) return
  set = await startReplicaSet({
    members: 3,
    args: ['--setParameter', 'enableTestCommands=1'],
    // nobody is to take the primary's place while the machine is busy
    settings: { electionTimeoutMillis: 10_000 },
  })
  uri = set.uri.replace('/?', '/rufer?')
  one = await openMongoStore(uri)
  other = await openMongoStore(uri)
  for (const userId of ['alice', 'bob']) await one.putUser({ userId, displayName: userId }, at)
})
afterAll(async () => {
  if (!hasMongo) return
  await Promise.all([one.close(), other.close()])
  await set.stop()
})

/** The others live, and get nothing new from the primary. */
async function holdUp(mode: 'alwaysOn' | 'off') {
  const primary = await set.primary()
  const others = set.members.filter((member) => member !== primary)
  await Promise.all(
    others.map((member) => set.admin(member, { configureFailPoint: 'stopReplProducer', mode })),
  )
}

const countOnPrimary = () => readDatabase(uri, (database) => database.collection('messages').countDocuments())

test('it is in no list, and sending it again is not answered before a majority has it', async () => {
  const opened = await one.openConversation(['alice', 'bob'], at)
  const conversationId = 'conversation' in opened ? opened.conversation.id : ''
  const draft = { id: randomUUID(), senderId: 'alice', target: { conversationId }, text: 'hello', at }
  const answers: string[] = []
  await holdUp('alwaysOn')
  const sent = [one, other].map(async (store) => {
    answers.push((await store.appendMessage(draft)).outcome)
  })
  await expect.poll(countOnPrimary).toBe(1)

  expect(await one.getMessage(draft.id)).toBeUndefined()
  expect(await one.listMessages({ conversationId, limit: 10 })).toEqual({ messages: [], hasMore: false })
  expect((await other.getConversations({ ids: [conversationId] })).conversations).toMatchObject([
    { seq: 0, rev: 0, lastMessage: null },
  ])
  const query = { conversationId, afterRev: 0, throughRev: 1, limit: 10 }
  expect(await other.listRevisions(query)).toMatchObject({ messages: [] })
  expect(answers).toEqual([])

  await holdUp('off')
  await Promise.all(sent)
  expect(answers.toSorted()).toEqual(['duplicate', 'stored'])
  expect(await other.listMessages({ conversationId, limit: 10 })).toMatchObject({
    messages: [{ id: draft.id }],
  })
  expect((await one.getConversations({ ids: [conversationId] })).conversations).toMatchObject([
    { seq: 1, rev: 1 },
  ])
})
