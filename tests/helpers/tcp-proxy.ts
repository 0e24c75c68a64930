// A network before a server that a test can cut, close, hold up and make bad: a TCP proxy on loopback.
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { pass, type Quality, type Weather } from './link.ts'
import type { ServerAddress, TestServer } from './server.ts'

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
  /** From now on everything goes as over such a network, in both directions; undefined: at once again. */
  degrade(quality: Quality | undefined, random: () => number): void
  /** Resets connections that begin from now on once the client has sent so many bytes; undefined: not at all. */
  resetAfter(bytes: () => number | undefined): void
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
  return { ...proxy, url: throughProxy(proxy).url }
}

/** Where a server is found through a proxy. */
export function throughProxy({ port }: Pick<TcpProxy, 'port'>): ServerAddress {
  return { url: `http://127.0.0.1:${port}`, wsUrl: `ws://127.0.0.1:${port}` }
}

/** Begins to listen before whatever listens on that port of loopback. */
export async function openProxy(port: number): Promise<TcpProxy> {
  const pairs = new Set<Pair>()
  const weather: Weather = { quality: undefined, random: Math.random }
  let held: Side | undefined
  let isOpen = true
  let budget: (() => number | undefined) | undefined
  const listener = createServer((client) => {
    if (isOpen) join(client)
    else client.resetAndDestroy()
  })

  function join(client: Socket) {
    const pair = { client, server: connect(port, '127.0.0.1') }
    pairs.add(pair)
    pass(pair.client, pair.server, weather)
    pass(pair.server, pair.client, weather)
    if (held) pair[held].pause()
    limit(pair, budget?.())
    client.once('close', () => pairs.delete(pair))
  }
  function cut() {
    isOpen = false
    pairs.forEach(reset)
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
    degrade: (quality, random) => void Object.assign(weather, { quality, random }),
    resetAfter: (bytes) => void (budget = bytes),
    async close() {
      cut()
      listener.close()
      await once(listener, 'close')
    },
  }
}

// --- Internal helpers ---

function reset(pair: Pair) {
  for (const socket of Object.values(pair)) socket.resetAndDestroy()
}

function limit(pair: Pair, bytes: number | undefined) {
  if (bytes === undefined) return
  let left = bytes
  pair.client.on('data', (chunk: Buffer) => {
    left -= chunk.length
    if (left <= 0) reset(pair)
  })
}

function portOf(address: ReturnType<ReturnType<typeof createServer>['address']>): number {
  if (address === null || typeof address === 'string')
    throw new Error('unable to start proxy; it has no port')
  return address.port
}
