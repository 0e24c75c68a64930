// A listener: many sockets that only count the messages that they are told of.
import { once } from 'node:events'
import { openSocket, type Seat } from '#rufer/bench/load/wire.ts'

/** Drops its sockets with the block that holds it. */
export interface Listener extends Disposable {
  /** Resolves once so many were heard, over all sockets, from this call on. */
  hear: (count: number) => Promise<void>
}

/** Connects; what is said to the sockets before is not counted. */
export async function listen(seats: Seat[]): Promise<Listener> {
  let missing = 0
  let done: (() => void) | undefined
  const failure = Promise.withResolvers<never>()
  const sockets = seats.map(openSocket)
  for (const socket of sockets) {
    socket.on('message', (frame: Buffer) => {
      if (frame.subarray(0, EVENT.length).equals(EVENT) && --missing === 0) done?.()
    })
    socket.on('close', (code) =>
      failure.reject(new Error(`unable to listen; a connection was lost with ${code}`)),
    )
  }
  await Promise.all(sockets.map((socket) => once(socket, 'open')))

  return {
    hear(count) {
      missing = count
      const heard = new Promise<void>((resolve) => (done = resolve))
      return Promise.race([heard, failure.promise])
    },
    [Symbol.dispose]() {
      for (const socket of sockets) socket.removeAllListeners('close').terminate()
    },
  }
}

// --- Internal helpers ---

const EVENT = Buffer.from('{"event":"message.created"')
