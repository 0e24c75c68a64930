// npm run migrate-engine: what the SQLite store answers the MongoDB store answers after it, and on both it goes on alike.
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openMongoStore } from '#rufer/server/store/mongo/open.ts'
import type { Store } from '#rufer/server/store/duties.ts'
import type { ChatStore } from '#rufer/server/store/port.ts'
import { openSqliteStore } from '#rufer/server/store/sqlite/open.ts'
import { at } from '#rufer/tests/contract/harness.ts'
import { newDatabaseUri, skipWithoutMongo } from '#rufer/tests/helpers/mongo.ts'
import { runScript } from '#rufer/tests/helpers/scripts.ts'

skipWithoutMongo()

/** `gone` was erased, and the erasure of `going` has begun. */
const USERS = ['alice', 'bob', 'carol', 'Zoe', 'a.b:c', 'gone', 'going']
const PAIRS: [string, string][] = [
  ['alice', 'bob'],
  ['alice', 'carol'],
  ['bob', 'Zoe'],
  ['carol', 'a.b:c'],
  ['gone', 'carol'],
  ['going', 'carol'],
  ['going', 'Zoe'],
]

/** A folder with some of everything in it, and its store closed. */
async function fill() {
  const dataDir = await mkdtemp(join(tmpdir(), 'rufer-migrate-'))
  onTestFinished(() => rm(dataDir, { recursive: true }))
  const store = await openSqliteStore({ dataDir, sqliteSync: 'normal', hasWebhooks: true })
  for (const userId of USERS)
    await store.putUser(
      { userId, displayName: `${userId} 😀`, ...(userId === 'bob' && { avatarUrl: 'https://x.example/b' }) },
      at(0),
    )
  await store.putPresences([
    { userId: 'bob', isOnline: true, at: at(1) },
    { userId: 'bob', isOnline: false, at: at(2) },
  ])
  for (const [one, other] of PAIRS) await talk(store, one, other)
  await store.openConversation(['alice', 'Zoe'], at(50))
  const browser = { kind: 'browser', userId: 'alice', expiresAt: at(9_000_000), parentHash: null } as const
  await store.putSecret({ ...browser, hash: 'browser-1' }, at(60))
  const token = { ...browser, kind: 'token', parentHash: 'browser-1' } as const
  const allowance = { rate: { perSecond: 1, burst: 10 }, unused: 2 }
  for (const hash of ['token-3', 'token-1', 'token-2'])
    await store.putSecret({ ...token, hash }, at(61), allowance)
  const { topics } = await store.outbox.listTopics({ limit: 1 })
  const [event] = await store.outbox.listEvents(topics[0] ?? '', 1)
  await store.outbox.bury(event?.id ?? '', { at: at(70), reason: 'answered 500' })
  await erase(store, 'gone')
  await store.duties.beginErasure('going', at(80))
  await store.duties.eraseSome('going', at(80))
  await store.close()
  return dataDir
}

async function erase(store: Store, userId: string): Promise<number> {
  await store.duties.beginErasure(userId, at(80))
  for (;;) {
    const { isDone, messages } = await store.duties.eraseSome(userId, at(80))
    if (isDone) return messages
  }
}

/** Both say something, and read some of it. */
async function talk(store: ChatStore, one: string, other: string) {
  for (let turn = 1; turn <= 30; turn++) {
    const [senderId, userId] = turn % 3 === 0 ? [other, one] : [one, other]
    const now = at(turn * 100)
    const sent = await store.appendMessage({
      id: randomUUID(),
      senderId,
      target: { userId },
      text: `${turn} 👋 "quoted"\n`,
      at: now,
    })
    if (!('message' in sent)) throw new Error(sent.outcome)
    const { conversationId } = sent.message
    if (turn % 4 === 0)
      await store.moveReceipt({ conversationId, userId, deliveredSeq: turn, at: at(turn * 100 + 5) })
    if (turn % 8 === 0)
      await store.moveReceipt({ conversationId, userId, readSeq: turn - 1, at: at(turn * 100 + 9) })
  }
}

/** All that the port tells of what is stored. */
async function everything(store: Store) {
  const users = await store.getUsers(USERS)
  const lists = await Promise.all(USERS.map((userId) => store.listConversations({ userId, limit: 100 })))
  const ids = [...new Set(lists.flatMap(({ conversations }) => conversations.map(({ id }) => id)))]
  const histories = await Promise.all(
    ids.map(async (conversationId) => ({
      messages: await store.listMessages({ conversationId, limit: 100 }),
      revisions: await store.listRevisions({ conversationId, afterRev: 0, throughRev: 1_000, limit: 500 }),
    })),
  )
  const secrets = await Promise.all(
    [
      ['browser', 'browser-1'] as const,
      ...['token-1', 'token-2', 'token-3'].map((hash) => ['token', hash] as const),
    ].map(([kind, hash]) => store.peekSecret({ kind, hash }, at(100))),
  )
  const toTell = await Promise.all(
    [...ids, 'presence:bob'].map((topic) => store.outbox.listEvents(topic, 100)),
  )
  const dead = await store.outbox.listDeadLetters({ limit: 100 })
  return {
    users: users.toSorted((a, b) => (a.userId < b.userId ? -1 : 1)),
    lists,
    histories,
    secrets,
    toTell,
    dead,
  }
}

test('everything is the same afterwards, and goes on', { timeout: 60_000 }, async () => {
  const dataDir = await fill()
  const uri = newDatabaseUri()
  const settings = { RUFER_DATA_DIR: dataDir, MONGODB_URI: uri }
  const { code, stdout, stderr } = await runScript('migrate-engine.ts', [], settings)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^ok {2}messages +210 /m)
  expect(stdout).toMatch(/^ok {2}users +7 /m)

  const before = await openSqliteStore({ dataDir, sqliteSync: 'normal' })
  const after = await openMongoStore(uri)
  onTestFinished(async () => void (await Promise.all([before.close(), after.close()])))
  expect(await everything(after)).toEqual(await everything(before))
  // both go on where they were: the next place, the next rev, the oldest token giving way
  for (const store of [before, after]) {
    const sent = await store.appendMessage({
      id: '00000000-0000-7000-8000-000000000001',
      senderId: 'bob',
      target: { userId: 'alice' },
      text: 'onwards',
      at: at(5_000),
    })
    expect(sent).toMatchObject({ outcome: 'stored', message: { seq: 31 } })
    const secret = {
      kind: 'token',
      userId: 'alice',
      expiresAt: at(9_000_000),
      parentHash: 'browser-1',
    } as const
    const allowance = { rate: { perSecond: 1, burst: 10 }, unused: 2 }
    await store.putSecret({ ...secret, hash: 'token-4' }, at(6_000), allowance)
    expect(await store.putUser({ userId: 'gone', displayName: 'back' }, at(7_000))).toEqual({
      outcome: 'user-erased',
    })
    expect(await erase(store, 'gone')).toBe(20)
    expect(await erase(store, 'going')).toBe(40)
  }
  expect(await everything(after)).toEqual(await everything(before))

  // what holds something is never written over
  const again = await runScript('migrate-engine.ts', [], settings)
  expect(again).toMatchObject({ code: 1, stderr: expect.stringMatching(/unable to migrate; /) })
  await before.close()
  const third = await runScript('migrate-engine.ts', [], settings)
  expect(third).toMatchObject({ code: 1, stderr: expect.stringContaining('holds something already') })
})

test('without a file or an address it says so', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'rufer-migrate-'))
  onTestFinished(() => rm(dataDir, { recursive: true }))
  const { stderr: noUri } = await runScript('migrate-engine.ts', [], { RUFER_DATA_DIR: dataDir })
  expect(noUri).toContain('MONGODB_URI is missing')
  const settings = { RUFER_DATA_DIR: dataDir, MONGODB_URI: newDatabaseUri() }
  expect((await runScript('migrate-engine.ts', [], settings)).stderr).toContain('there is no file')
})
