// The feed of the embedded store: how much of it is read and told in one turn of the event loop.
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
