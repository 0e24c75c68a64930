// The backlog: how much of it runs in one turn of the event loop, and that nothing in it is forgotten.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createBacklog } from '#rufer/server/socket/backlog.ts'

/** Lets callers through whose requests take so long each; gives in which turn of the event loop each one ran. */
async function runMany(count: number, msEach: number) {
  let [now, turn] = [0, 0]
  const takeTurn = createBacklog(() => now)
  const turns: number[] = []
  const all = Array.from({ length: count }, async () => {
    await takeTurn()
    turns.push(turn)
    // as a request that reads from the store, which is answered within the turn
    await Promise.resolve()
    now += msEach
  })
  const done = Promise.all(all).then(() => true)
  while (!(await Promise.race([done, nextTurn(false)]))) turn++
  return turns
}

test('what takes long runs alone, and others have a whole turn before the next one', async () => {
  const turns = await runMany(20, 5)
  expect(turns).toHaveLength(20)
  const between = turns.slice(1).map((turn, index) => turn - (turns[index] ?? 0))
  expect(Math.min(...between)).toBeGreaterThanOrEqual(2)
})

test('of what takes next to nothing much runs at once', async () => {
  const turns = await runMany(100, 0.1)
  expect(turns).toHaveLength(100)
  expect(new Set(turns).size).toBeLessThanOrEqual(12)
})

test('what comes later gets its turn, too', async () => {
  const takeTurn = createBacklog(() => 0)
  const order: number[] = []
  const take = async (caller: number) => {
    await takeTurn()
    order.push(caller)
  }
  await Promise.all([take(1), take(2)])
  // by now nobody stands in it any more
  for (let turn = 0; turn < 5; turn++) await nextTurn()
  await Promise.all([take(3), take(4)])
  expect(order).toEqual([1, 2, 3, 4])
})
