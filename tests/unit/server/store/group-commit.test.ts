// Group commit: what shares a transaction, who fails with whom, and what closing waits for.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createGroupCommit } from '#rufer/server/store/group-commit.ts'
import { StoreError } from '#rufer/server/store/port.ts'

/** An engine that keeps what it was given; an operation named "bad" fails, one named "down" takes the store with it. */
function openEngine(options: { maxWaiting?: number; maxBatch?: number } = {}) {
  const batches: string[][] = []
  const gates: PromiseWithResolvers<void>[] = []
  const group = createGroupCommit<string>({
    ...options,
    async commit(operations) {
      batches.push(operations)
      await gates.at(-1)?.promise
      if (operations.includes('bad')) throw new TypeError('bad')
      if (operations.includes('down')) throw new StoreError('store-unavailable')
    },
  })
  /** Keeps every commit from ending until it is called. */
  const hold = () => {
    const gate = Promise.withResolvers<void>()
    gates.push(gate)
    return () => gate.resolve()
  }
  return { group, batches, hold }
}

test('what arrives in one turn shares one commit', async () => {
  const { group, batches } = openEngine()
  await Promise.all([group.write('a'), group.write('b'), Promise.resolve().then(() => group.write('c'))])
  await group.write('d')
  expect(batches).toEqual([['a', 'b', 'c'], ['d']])
})

test('nothing is answered before its commit has ended', async () => {
  const { group, batches, hold } = openEngine()
  const release = hold()
  const answered: string[] = []
  const writing = group.write('a').then(() => answered.push('a'))
  await nextTurn()
  await nextTurn()
  expect(batches).toEqual([['a']])
  expect(answered).toEqual([])
  release()
  await writing
  expect(answered).toEqual(['a'])
})

test('what arrives during a commit is the next one', async () => {
  const { group, batches, hold } = openEngine()
  const release = hold()
  const first = group.write('a')
  await nextTurn()
  const others = [group.write('b'), group.write('c')]
  await nextTurn()
  expect(batches).toEqual([['a']])
  release()
  await Promise.all([first, ...others])
  expect(batches).toEqual([['a'], ['b', 'c']])
})

test('a batch has a greatest size', async () => {
  const { group, batches } = openEngine({ maxBatch: 2 })
  await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => group.write(name)))
  expect(batches).toEqual([['a', 'b'], ['c', 'd'], ['e']])
})

test('an offender fails alone, and the order stays', async () => {
  const { group, batches } = openEngine()
  const outcomes = await Promise.allSettled(['a', 'bad', 'b'].map((name) => group.write(name)))
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(outcomes[1]).toMatchObject({ reason: new TypeError('bad') })
  expect(batches).toEqual([['a', 'bad', 'b'], ['a'], ['bad'], ['b']])
  await Promise.all([group.write('c'), group.write('d')])
  expect(batches.at(-1)).toEqual(['c', 'd'])
})

test('where the store is down all that waits is refused, and later writes are tried again', async () => {
  const { group, batches } = openEngine({ maxBatch: 2 })
  const outcomes = await Promise.allSettled(['a', 'down', 'b', 'c'].map((name) => group.write(name)))
  const refused = { status: 'rejected', reason: new StoreError('store-unavailable') }
  expect(outcomes).toMatchObject([refused, refused, refused, refused])
  await group.write('d')
  expect(batches).toEqual([['a', 'down'], ['d']])
})

test('more than may wait is refused as overloaded, and nothing else is', async () => {
  const { group, batches } = openEngine({ maxWaiting: 2 })
  const outcomes = await Promise.allSettled(['a', 'b', 'c'].map((name) => group.write(name)))
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected'])
  expect(outcomes[2]).toMatchObject({ reason: { code: 'overloaded' } })
  await group.write('d')
  expect(batches).toEqual([['a', 'b'], ['d']])
})

test('draining ends what was accepted and refuses the rest', async () => {
  const { group, batches, hold } = openEngine({ maxBatch: 1 })
  const release = hold()
  const accepted = [group.write('a'), group.write('b')]
  await nextTurn()
  let isDrained = false
  const draining = group.drain().then(() => (isDrained = true))
  await expect(group.write('c')).rejects.toThrow(new StoreError('store-unavailable'))
  await nextTurn()
  expect(isDrained).toBe(false)
  release()
  await Promise.all([...accepted, draining])
  expect(batches).toEqual([['a'], ['b']])
  await group.drain()
})
