// The lease of the outbox among several processes: one sends, and another one as soon as that one gave it up.
import { expect, onTestFinished, test } from 'vitest'
import { openMongoStore } from '#rufer/server/store/mongo/open.ts'
import { newDatabaseUri, readDatabase, skipWithoutMongo } from '#rufer/tests/helpers/mongo.ts'

skipWithoutMongo()

async function openTwo() {
  const uri = newDatabaseUri()
  const stores = [await openMongoStore(uri), await openMongoStore(uri)] as const
  onTestFinished(async () => {
    await Promise.all(stores.map((store) => store.close()))
  })
  return { uri, outboxes: stores.map(({ outbox }) => outbox) }
}

test('of several that ask at once one has it, until it gives it up', async () => {
  const { outboxes } = await openTwo()
  const ask = () => Promise.all(outboxes.map((outbox) => outbox.takeLease()))
  const first = await ask()
  expect(first.filter(Boolean)).toHaveLength(1)
  expect(await ask()).toEqual(first)
  const [holder, other] = first[0] ? outboxes : outboxes.toReversed()
  await other?.endLease()
  expect(await ask()).toEqual(first)
  await holder?.endLease()
  expect(await other?.takeLease()).toBe(true)
  expect(await holder?.takeLease()).toBe(false)
})

test('one that is silent loses it', async () => {
  const { uri, outboxes } = await openTwo()
  const [holder, other] = outboxes
  expect([await holder?.takeLease(), await other?.takeLease()]).toEqual([true, false])
  await readDatabase(uri, (database) =>
    database.collection('outboxLease').updateMany({}, { $set: { renewedAt: new Date(Date.now() - 15_500) } }),
  )
  expect([await other?.takeLease(), await holder?.takeLease()]).toEqual([true, false])
})
