// The writer on a real server: what shares a transaction, who fails alone, and that trouble stores everything once or not at all.
import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { openMongoStore } from '#rufer/server/store/mongo/open.ts'
import { StoreError, type ChatStore, type MessageDraft } from '#rufer/server/store/port.ts'
import { hasMongo, readDatabase, skipWithoutMongo } from '#rufer/tests/helpers/mongo.ts'
import { startReplicaSet, type ReplicaSet } from '#rufer/tests/helpers/replica-set.ts'

skipWithoutMongo()

const at = '2026-01-01T00:00:00.000Z'
/** A server of its own: what is made to fail there would fail for other files, too. */
let set: ReplicaSet | undefined
let uri: string
beforeAll(async () => {
  if (!hasMongo) return
  set = await startReplicaSet({ args: ['--setParameter', 'enableTestCommands=1'] })
  uri = set.uri.replace('/?', '/rufer?')
})
afterAll(() => set?.stop())

let store: ChatStore
let conversationId: string
let senderId: string
beforeEach(async () => {
  store = await openMongoStore(uri)
  ;({ conversationId, one: senderId } = await openNew())
})
afterEach(async () => {
  await fail({ mode: 'off' })
  await store.close()
})

/** A conversation of two new users. */
async function openNew() {
  const [one, other] = [randomUUID(), randomUUID()]
  for (const userId of [one, other]) await store.putUser({ userId, displayName: userId }, at)
  const opened = await store.openConversation([one, other], at)
  if (!('conversation' in opened)) throw new Error('unable to open')
  return { conversationId: opened.conversation.id, one }
}

function draft(parts: Partial<MessageDraft> = {}): MessageDraft {
  return { id: randomUUID(), senderId, target: { conversationId }, text: 'hello', at, ...parts }
}

/** Makes commands of the server fail from now on. */
async function fail(how: { mode: 'off' | { times: number } | 'alwaysOn'; data?: Record<string, unknown> }) {
  await readDatabase(uri, (database) =>
    database.admin().command({ configureFailPoint: 'failCommand', ...how }),
  )
}

/** All that is stored of the conversation: messages, what was told of them, and where it stands. */
function readStored() {
  return readDatabase(uri, async (database) => ({
    ids: (await database.collection('messages').find({ conversationId }).sort({ seq: 1 }).toArray()).map(
      ({ _id: id }) => String(id),
    ),
    told: (
      await database
        .collection('changes')
        .find({ 'change.conversationId': conversationId, 'change.kind': 'message.created' })
        .toArray()
    ).map(({ change }) => change.message.id),
    seq: (await store.getConversations({ ids: [conversationId] })).conversations[0]?.seq,
  }))
}

/** How many transactions the server has committed. */
function countCommits() {
  return readDatabase(uri, async (database) => {
    const { transactions } = await database.admin().serverStatus()
    return Number(transactions.totalCommitted)
  })
}

test('what arrives together shares transactions', async () => {
  const before = await countCommits()
  await Promise.all(Array.from({ length: 400 }, () => store.appendMessage(draft())))
  expect((await countCommits()) - before).toBeLessThanOrEqual(3)
  expect((await readStored()).seq).toBe(400)
})

test('one that cannot be written fails alone', async () => {
  const offender = draft({ text: 'x'.repeat(17 * 1024 * 1024) })
  const good = Array.from({ length: 6 }, () => draft())
  const sends = [...good.slice(0, 3), offender, ...good.slice(3)].map((one) => store.appendMessage(one))
  const settled = await Promise.allSettled(sends)
  expect(settled.map(({ status }) => status === 'fulfilled')).toEqual([
    true,
    true,
    true,
    false,
    true,
    true,
    true,
  ])
  expect(settled[3]).not.toMatchObject({ reason: { code: 'store-unavailable' } })
  const ids = good.map(({ id }) => id)
  expect(await readStored()).toEqual({ ids, told: ids, seq: 6 })
})

const commit = ['commitTransaction']
test.each([
  [
    'a write that conflicts',
    { failCommands: ['update'], errorCode: 112, errorLabels: ['TransientTransactionError'] },
    5,
  ],
  ['an insert that is cut', { failCommands: ['insert'], closeConnection: true }, 1],
  ['a primary that steps down', { failCommands: ['insert'], errorCode: 10_107 }, 1],
  [
    'a transaction that the server has given up',
    { failCommands: commit, errorCode: 251, errorLabels: ['TransientTransactionError'] },
    1,
  ],
  ['a commit that is cut', { failCommands: commit, closeConnection: true }, 1],
  ['a commit that is cut several times', { failCommands: commit, closeConnection: true }, 4],
  [
    'a commit that was done, but not waited for',
    { failCommands: commit, writeConcernError: { code: 64, errmsg: 'wtimeout' } },
    1,
  ],
  [
    'a server that shuts down after a commit',
    { failCommands: commit, writeConcernError: { code: 91, errmsg: 'shutdown' } },
    1,
  ],
])('%s: each is stored once, in order', async (_, data, times) => {
  await fail({ mode: { times }, data })
  const drafts = Array.from({ length: 5 }, () => draft())
  const outcomes = await Promise.all(drafts.map((one) => store.appendMessage(one)))
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(drafts.map(() => 'stored'))
  const ids = drafts.map(({ id }) => id)
  expect(await readStored()).toEqual({ ids, told: ids, seq: 5 })
})

test('a place that is taken for good fails for its own message, after a few attempts', async () => {
  const others = await Promise.all(Array.from({ length: 4 }, () => openNew()))
  await readDatabase(uri, (database) =>
    database.collection('messages').insertOne({ conversationId, seq: 1, rev: 1, text: 'put there by hand' }),
  )
  const [settled, ...rest] = await Promise.allSettled([
    store.appendMessage(draft()),
    ...others.map((other) => store.appendMessage(draft({ senderId: other.one, target: other }))),
  ])
  expect(settled).toMatchObject({ status: 'rejected', reason: { code: 11_000 } })
  expect(rest.map(({ status }) => status)).toEqual(others.map(() => 'fulfilled'))
})

test('a store that cannot be read says so, and works again once it can', async () => {
  await fail({ mode: 'alwaysOn', data: { failCommands: ['find'], errorCode: 11_600, appName: 'rufer' } })
  await expect(store.getMessage('x')).rejects.toThrow(new StoreError('store-unavailable'))
  await fail({ mode: 'off' })
  expect(await store.appendMessage(draft())).toMatchObject({ outcome: 'stored' })
})

test('two processes that write to one conversation at once leave no hole', async () => {
  const other = await openMongoStore(uri)
  const sends = Array.from({ length: 200 }, (_, index) => (index % 2 ? store : other).appendMessage(draft()))
  const same = draft()
  const both = [store.appendMessage(same), other.appendMessage(same)]
  const outcomes = await Promise.all([...sends, ...both])
  expect(outcomes.filter(({ outcome }) => outcome === 'stored')).toHaveLength(201)
  const seqs = outcomes.map((outcome) => ('message' in outcome ? outcome.message.seq : 0))
  expect([...new Set(seqs)].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 201 }, (_, i) => i + 1))
  await other.close()
})
