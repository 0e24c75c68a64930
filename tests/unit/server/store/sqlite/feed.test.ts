// The feed of the embedded store: how much of it is read and told in one turn of the event loop, and what it forgets.
import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { openOnDatabase } from './harness.ts'
import { NOW } from './now.ts'

test('a watcher with many long changes to read lets others run in between', async () => {
  const { store, conversationId } = await openOnDatabase()
  const abort = new AbortController()
  const watch = store.watch(abort.signal)
  const text = '😀'.repeat(10_000)
  const send = () =>
    store.appendMessage({ id: randomUUID(), senderId: 'alice', target: { conversationId }, text, at: NOW })
  await Promise.all(Array.from({ length: 100 }, send))
  let turns = 0
  const tick = () => {
    turns++
    ticking = setImmediate(tick)
  }
  let ticking = setImmediate(tick)
  const told: number[] = []
  let turnsAtFirst = 0
  for await (const change of watch) {
    if (told.length === 0) turnsAtFirst = turns
    if (change.kind === 'message.created') told.push(change.message.seq)
    if (told.length === 100) break
  }
  clearImmediate(ticking)
  expect(told).toEqual(Array.from({ length: 100 }, (_, index) => index + 1))
  // 4 MB of texts, of which no turn tells more than a reply may hold and one
  expect(turns - turnsAtFirst).toBeGreaterThanOrEqual(5)
})

test('pruning forgets the changes made before an instant, and no younger ones', async () => {
  const { store, database, conversationId } = await openOnDatabase()
  const instants = [1, 2, 3, 4, 5].map((hour) => `2030-01-01T0${hour}:00:00.000Z`)
  for (const at of instants) {
    const draft = { id: randomUUID(), senderId: 'alice', target: { conversationId }, text: 'hello', at }
    await store.appendMessage(draft)
  }
  const left = () => database.all('SELECT at FROM changes ORDER BY id').map((row) => row.text('at'))
  await store.duties.prune({ changesBefore: instants[2] ?? '', now: NOW })
  expect(left()).toEqual(instants.slice(2))
  await store.duties.prune({ changesBefore: instants[2] ?? '', now: NOW })
  expect(left()).toEqual(instants.slice(2))
})
