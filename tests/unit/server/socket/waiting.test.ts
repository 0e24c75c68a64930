// Waiting requests: what comes alone runs at once; of what came together, each when its turn comes and there is room for its reply.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { UNSENT_BEFORE_NEXT } from '#rufer/shared/protocol/limits.ts'
import { createConnection, silentSocket } from '#rufer/tests/helpers/connections.ts'

test('what comes alone runs at once, and of what comes together each request in a turn of its own', async () => {
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

  const together = ['three', 'four', 'five']
  for (const text of together) connection.receive(text)
  for (const index of together.keys()) {
    await nextTurn()
    expect(ran).toEqual(['one', 'two', ...together.slice(0, index)])
    turns.shift()?.()
  }
  await nextTurn()
  expect(ran).toEqual(['one', 'two', ...together])
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
  turns.shift()?.()
  await nextTurn()
  const settled = connection.settle()
  turns.shift()?.()
  await settled
  expect(ran).toEqual(['one'])
})

test('a connection without room takes no turn, and one that gets room waits for its turn', async () => {
  const turns: (() => void)[] = []
  const ran: string[] = []
  const flushed: (() => void)[] = []
  const socket = {
    ...silentSocket,
    bufferedAmount: 0,
    send: (_frame: Buffer, _options: object, onFlushed: () => void) => void flushed.push(onFlushed),
  }
  const connection = createConnection({
    socket,
    takeTurn: () => new Promise((resolve) => turns.push(resolve)),
    dispatch: async (_connection, text) => void ran.push(text),
  })
  connection.send(Buffer.from('more than it reads'))
  socket.bufferedAmount = UNSENT_BEFORE_NEXT
  for (const text of ['one', 'two']) connection.receive(text)
  await nextTurn()
  expect(turns).toHaveLength(0)

  socket.bufferedAmount = 0
  for (const tell of flushed) tell()
  await nextTurn()
  expect(turns).toHaveLength(1)
  expect(ran).toEqual([])
  turns.shift()?.()
  await nextTurn()
  expect(ran).toEqual(['one'])
})
