// One direction of a proxied connection: hands on what comes, at once or as a bad network would.
import type { Socket } from 'node:net'

/** What a network is like; all of it is about one direction. */
export interface Quality {
  /** before anything arrives */
  latencyMs?: number
  /** up to so much more, by chance */
  jitterMs?: number
  bytesPerSecond?: number
  /** nothing larger arrives in one piece */
  sliceBytes?: number
}

export interface Weather {
  /** undefined: a perfect network */
  quality: Quality | undefined
  /** a number in [0, 1) */
  random: () => number
}

/** Hands on from one socket to the other for as long as both live; the weather may change meanwhile. */
export function pass(from: Socket, to: Socket, weather: Weather): void {
  const waiting: (Buffer | 'end')[] = []
  /** when what was sent last will have arrived */
  let freeAt = 0

  function arrive() {
    const next = waiting.shift()
    if (next === 'end') to.destroy()
    else if (next && !to.destroyed) to.write(next)
  }

  /** Behind what waits already, whatever the clock makes of two timers: each takes the first that waits. */
  function send(piece: Buffer | 'end') {
    waiting.push(piece)
    const now = performance.now()
    freeAt = Math.max(freeAt, now + lagOf(weather)) + timeOf(piece, weather)
    setTimeout(arrive, freeAt - now)
  }

  from.on('data', (chunk: Buffer) => {
    if (weather.quality) for (const piece of cutUp(chunk, weather.quality)) send(piece)
    else if (waiting.length > 0) send(chunk)
    else to.write(chunk)
  })
  from.on('error', () => to.destroy())
  from.on('close', () => {
    if (waiting.length > 0) send('end')
    else to.destroy()
  })
}

// --- Internal helpers ---

function cutUp(chunk: Buffer, { sliceBytes = chunk.length }: Quality): Buffer[] {
  return Array.from({ length: Math.ceil(chunk.length / sliceBytes) }, (_, index) =>
    chunk.subarray(index * sliceBytes, (index + 1) * sliceBytes),
  )
}

/** How long anything is on its way. */
function lagOf({ quality, random }: Weather): number {
  return (quality?.latencyMs ?? 0) + (quality?.jitterMs ?? 0) * random()
}

/** How long it keeps the line to itself. */
function timeOf(piece: Buffer | 'end', { quality }: Weather): number {
  return (piece.length * 1_000) / (quality?.bytesPerSecond ?? Infinity)
}
