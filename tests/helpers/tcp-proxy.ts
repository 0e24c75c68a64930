// A network before a server that a test can cut, close and hold up: a TCP proxy on loopback.
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import type { TestServer } from './server.ts'

export interface TcpProxy {
  /** where it listens */
  port: number
  /** Ends all connections without a word, and refuses new ones until `restore`. */
  cut(): void
  restore(): void
  /** Keeps what comes from one side from the other, until `release`; connections stay open. */
  hold(side: Side): void
  /** Lets what was held go on. */
  release(): void
  /** Ends all connections, and listens no more. */
  close: () => Promise<void>
}

export interface ServerProxy extends TcpProxy {
  /** http://… of the server, through the proxy */
  url: string
}

type Side = 'client' | 'server'

interface Pair {
  client: Socket
  server: Socket
}

/** A proxy before a server, at an address of its own; ends with the test. */
export async function startProxy(server: TestServer): Promise<ServerProxy> {
  const proxy = await openProxy(Number(new URL(server.url).port))
  onTestFinished(proxy.close)
  return { ...proxy, url: `http://127.0.0.1:${proxy.port}` }
}

/** Begins to listen before whatever listens on that port of loopback. */
export async function openProxy(port: number): Promise<TcpProxy> {
  const pairs = new Set<Pair>()
  let held: Side | undefined
  let isOpen = true
  const listener = createServer((client) => {
    if (isOpen) join(client)
    else client.resetAndDestroy()
  })

  function join(client: Socket) {
    const pair = { client, server: connect(port, '127.0.0.1') }
    pairs.add(pair)
    pass(pair.client, pair.server)
    pass(pair.server, pair.client)
    if (held) pair[held].pause()
    client.once('close', () => pairs.delete(pair))
  }
  function cut() {
    isOpen = false
    for (const pair of pairs) for (const socket of Object.values(pair)) socket.resetAndDestroy()
  }

  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  return {
    port: portOf(listener.address()),
    cut,
    restore: () => (isOpen = true),
    hold(side) {
      held = side
      for (const pair of pairs) pair[side].pause()
    },
    release() {
      held = undefined
      for (const pair of pairs) for (const socket of Object.values(pair)) socket.resume()
    },
    async close() {
      cut()
      listener.close()
      await once(listener, 'close')
    },
  }
}

// --- Internal helpers ---

function pass(from: Socket, to: Socket) {
  from.on('data', (chunk) => to.write(chunk))
  from.on('error', () => to.destroy())
  from.on('close', () => to.destroy())
}

function portOf(address: ReturnType<ReturnType<typeof createServer>['address']>): number {
  if (address === null || typeof address === 'string')
    throw new Error('unable to start proxy; it has no port')
  return address.port
}
