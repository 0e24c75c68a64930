// Waiting requests: what comes alone runs at once; what waited for another request of its connection, when its turn comes.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createConnection } from '#rufer/tests/helpers/connections.ts'

test('a request runs at once where none was before it, and the next ones a turn each', async () => {
  const turns: (() => void)[] = []
  const ran: string[] = []
  const connection = createConnection({
    takeTurn: () => new Promise((resolve) => turns.push(resolve)),
    dispatch: async (_connection, text) => void ran.push(text),
  })

  for (const text of ['one', 'two']) {
    connection.receive(text)
    await nextTurn()
  }
  expect(ran).toEqual(['one', 'two'])
  expect(turns).toHaveLength(0)

  for (const text of ['three', 'four', 'five']) connection.receive(text)
  await nextTurn()
  expect(ran).toEqual(['one', 'two', 'three'])
  turns.shift()?.()
  await nextTurn()
  expect(ran).toEqual(['one', 'two', 'three', 'four'])
  turns.shift()?.()
  await nextTurn()
  expect(ran).toEqual(['one', 'two', 'three', 'four', 'five'])
  expect(turns).toHaveLength(0)
})

test('a connection that stops while a request of it waits for its turn runs no more of them', async () => {
  const turns: (() => void)[] = []
  const ran: string[] = []
  const connection = createConnection({
    takeTurn: () => new Promise((resolve) => turns.push(resolve)),
    dispatch: async (_connection, text) => void ran.push(text),
  })
  for (const text of ['one', 'two', 'three']) connection.receive(text)
  await nextTurn()
  const settled = connection.settle()
  turns.shift()?.()
  await settled
  expect(ran).toEqual(['one'])
})
