// Ports for servers that are about to start.
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'

/** Ports of localhost that nobody listens on just now: those wanted, or any free one instead of one that is taken. */
export async function freePorts(wanted: number[]): Promise<number[]> {
  // all are held until the last is found, so that no two are the same
  const held = await Promise.all(wanted.map(async (port) => (await hold(port)) ?? hold(0)))
  const ports = held.map(portOf)
  for (const server of held) server?.close()
  return ports
}

// --- Internal helpers ---

async function hold(port: number): Promise<Server | undefined> {
  const server = createServer().listen(port, 'localhost')
  return once(server, 'listening').then(
    () => server,
    () => undefined,
  )
}

function portOf(server: Server | undefined) {
  const address = server?.address()
  if (!address || typeof address === 'string') throw new Error('unable to find a free port')
  return address.port
}
