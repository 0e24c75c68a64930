// Opening the MongoDB store: a server that will not do ends it with one line that says what to do.
import { afterEach, expect, test } from 'vitest'
import { faultOf } from '#rufer/server/store/mongo/check.ts'
import { openMongoStore } from '#rufer/server/store/mongo/open.ts'
import type { ChatStore } from '#rufer/server/store/port.ts'
import { freePort } from '#rufer/tests/helpers/free-port.ts'
import { newDatabaseUri, readDatabase, skipWithoutMongo } from '#rufer/tests/helpers/mongo.ts'
import { startScriptedMongod } from '#rufer/tests/helpers/scripted-mongod.ts'
import { startReplicaSet } from '#rufer/tests/helpers/replica-set.ts'

skipWithoutMongo()

const opened: ChatStore[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((store) => store.close()))
})

async function open(uri: string) {
  const store = await openMongoStore(uri)
  opened.push(store)
  return store
}

/** Why a store was not opened. */
async function refusal(uri: string): Promise<string> {
  const error: unknown = await open(uri).catch((reason: unknown) => reason)
  const { message } = error as Error
  expect(message).toMatch(/^unable to open the store at MONGODB_URI; [^\n]+$/)
  return message
}

test('several processes may start at once on an empty database, and share it', async () => {
  const uri = newDatabaseUri()
  const [one, other] = await Promise.all(Array.from({ length: 6 }, () => open(uri)))
  await one?.putUser({ userId: 'alice', displayName: 'Alice' }, '2026-01-01T00:00:00.000Z')
  expect(await other?.getUsers(['alice'])).toMatchObject([{ displayName: 'Alice' }])
})

test('an address without a database means the one called rufer', async () => {
  const uri = newDatabaseUri().replace(/\/rufer-[^?]+/, '/')
  const store = await open(uri)
  await store.putUser({ userId: 'alice', displayName: 'Alice' }, '2026-01-01T00:00:00.000Z')
  await readDatabase(uri.replace('/?', '/rufer?'), async (database) => {
    expect(await database.collection('users').countDocuments()).toBe(1)
    await database.dropDatabase()
  })
})

test('a standalone server is told to become a replica set', async () => {
  const standalone = await startReplicaSet({ isSet: false })
  try {
    expect(await refusal(standalone.uri)).toContain('standalone server')
  } finally {
    await standalone.stop()
  }
})

test('nobody there', async () => {
  const uri = `mongodb://user:hunter2@127.0.0.1:${await freePort()}/?replicaSet=rs`
  const message = await refusal(uri)
  expect(message).toContain('check that it runs')
  expect(message).not.toContain('hunter2')
})

test('a wrong password', async () => {
  const message = await refusal(newDatabaseUri().replace('://', '://alice:hunter2@'))
  expect(message).toContain('the user or password in it is wrong')
  expect(message).not.toContain('hunter2')
})

test('what is no address, or has an option that there is not', async () => {
  expect(await refusal('mongodb://')).toContain('no address')
  const message = await refusal('mongodb://user:hunter2/@localhost')
  expect(message).toContain('no address')
  expect(message).not.toContain('hunter2')
  expect(await refusal('mongodb://localhost/?replicaset=rs&nonsense=1')).toContain('nonsense')
})

test('the router of a sharded cluster', async () => {
  const uri = await startScriptedMongod({ msg: 'isdbgrid' })
  expect(await refusal(uri)).toMatch(/it is a sharded cluster, .*: give the address of one replica set$/)
  expect(await refusal(`${uri}?replicaSet=rs`)).toContain("its set's name")
})

test.each([
  ['5.0', 13],
  ['4.0', 7],
])('MongoDB %s, which is too old', async (_, maxWireVersion) => {
  const uri = await startScriptedMongod({ setName: 'rs', maxWireVersion })
  expect(await refusal(`${uri}?directConnection=true`)).toMatch(/too old: run version 6.0 or later$/)
})

test.each([
  [{ msg: 'isdbgrid', maxWireVersion: 17 }, 'sharded'],
  [{ setName: 'rs', maxWireVersion: 13 }, 'too old'],
  [{ maxWireVersion: 17 }, 'standalone'],
])('a server that says %j will not do: %s', (hello, fault) => {
  expect(faultOf(hello)).toContain(fault)
})

test.each([17, 25])('a replica set of wire version %i will do', (maxWireVersion) => {
  expect(faultOf({ setName: 'rs', maxWireVersion })).toBeUndefined()
})
