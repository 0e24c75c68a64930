// Reading in pieces: who is paused or cut off in the middle of much that came at once costs no more than one piece.
import type { Readable } from 'node:stream'

/**
 * Gives what comes to the listeners that a stream has now, a piece at a time.
 *
 * What is left when the stream is paused meanwhile waits in it; nobody gets what is left when the listener is taken away,
 * or the stream is destroyed.
 */
export function readInPieces(stream: Readable): void {
  for (const listener of stream.listeners('data')) {
    const give = (bytes: Buffer) => {
      for (let begin = 0; begin < bytes.length; begin += PIECE_BYTES) {
        if (begin > 0 && isGone(stream, listener)) return
        if (begin > 0 && stream.isPaused()) {
          stream.unshift(bytes.subarray(begin))
          return
        }
        Reflect.apply(listener, stream, [bytes.subarray(begin, begin + PIECE_BYTES)])
      }
    }
    stream.removeListener('data', listener)
    // as `once` does it: whoever takes the listener away takes this away
    stream.on('data', Object.assign(give, { listener }))
  }
}

// --- Internal helpers ---

/** Some requests, or some hundred pings, which is what it takes to be cut off. */
const PIECE_BYTES = 1_024

function isGone(stream: Readable, listener: unknown) {
  return stream.destroyed || !stream.listeners('data').some((other) => other === listener)
}
