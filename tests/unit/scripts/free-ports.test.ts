// Ports for servers about to start: the wanted ones where they are free.
import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { freePorts } from '#rufer/scripts/free-ports.ts'

test('a port that is taken is replaced, one that is free is kept, and none is given twice', async () => {
  const [taken = 0, free = 0] = await freePorts([0, 0])
  const server = createServer().listen(taken, 'localhost')
  await once(server, 'listening')
  const ports = await freePorts([taken, free, 0, 0])
  server.close()
  expect(ports).not.toContain(taken)
  expect(ports[1]).toBe(free)
  expect(new Set(ports).size).toBe(4)
})
