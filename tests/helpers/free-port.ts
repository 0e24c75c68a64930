// A port for a test.
import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'

/**
 * A port of loopback that nobody listens on, and that no other test is given: who waits for a server to listen, or to listen
 * again, must not find another one's there.
 *
 * It lies below those that the system gives to whoever does not care, and the UDP port of the same number is kept for as long
 * as this process lives: that is what others look at, in whichever process they run.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * COUNT)
    if ((await keep(port)) && (await isFree(port))) return port
  }
}

// --- Internal helpers ---

const FIRST = 20_000
const COUNT = 12_000
const HOST = '127.0.0.1'

function keep(port: number): Promise<boolean> {
  const socket = createSocket('udp4').unref()
  return new Promise((resolve) => {
    socket
      .once('error', () => resolve(false))
      .bind({ port, address: HOST, exclusive: true }, () => resolve(true))
  })
}

function isFree(port: number): Promise<boolean> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, HOST, () => server.close(() => resolve(true)))
  })
}
