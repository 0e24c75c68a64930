// The lease of the outbox: asked for now and then, renewed in time, given up.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createLease } from '#rufer/server/webhooks/lease.ts'
import { fillOutbox } from './stage.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

/** A lease that is to be had or not; `calls` are what the outbox was asked. */
async function aLease() {
  const { outbox } = await fillOutbox(0)
  const calls: string[] = []
  const state = { isFree: false }
  const lease = createLease(
    {
      ...outbox,
      async takeLease() {
        calls.push('take')
        return state.isFree
      },
      endLease: async () => void calls.push('end'),
    },
    () => calls.push('taken'),
  )
  return { lease, calls, state }
}

test('a process that has it not asks once a second, however often it is woken', async () => {
  const { lease, calls } = await aLease()
  for (let times = 0; times < 100; times++) expect(await lease.hold()).toBe(false)
  expect(calls).toEqual(['take'])
  vi.advanceTimersByTime(1_000)
  expect(await lease.hold()).toBe(false)
  expect(calls).toEqual(['take', 'take'])
})

test('a process that has it renews it before others may take it, and sends no more where it could not', async () => {
  const { lease, calls, state } = await aLease()
  state.isFree = true
  for (let times = 0; times < 100; times++) expect(await lease.hold()).toBe(true)
  expect(calls).toEqual(['take', 'taken'])
  vi.advanceTimersByTime(5_000)
  expect(await lease.hold()).toBe(true)
  expect(calls).toEqual(['take', 'taken', 'take'])
  vi.advanceTimersByTime(5_000)
  expect(lease.isHeld()).toBe(true)
  vi.advanceTimersByTime(5_000)
  expect(lease.isHeld()).toBe(false)
})

test('only a process that has it gives it up', async () => {
  const { lease, calls, state } = await aLease()
  await lease.hold()
  await lease.end()
  expect(calls).toEqual(['take'])
  state.isFree = true
  vi.advanceTimersByTime(1_000)
  await lease.hold()
  await lease.end()
  expect(lease.isHeld()).toBe(false)
  expect(calls).toEqual(['take', 'take', 'taken', 'end'])
})
