// Reading in pieces: whoever listens gets all of it in order, unless paused or taken away in the middle.
import { PassThrough } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { readInPieces } from '#rufer/server/socket/reading.ts'

const MUCH = Buffer.from(Array.from({ length: 20_000 }, (_, index) => index % 251))

/** A stream whose listener does something after so many pieces, and what it got. */
function openReader(after: number, act: (stream: PassThrough, listener: () => void) => void) {
  const stream = new PassThrough({ highWaterMark: MUCH.length })
  const pieces: Buffer[] = []
  const listener = (piece?: Buffer) => {
    if (piece) pieces.push(piece)
    if (pieces.length === after) act(stream, listener)
  }
  stream.on('data', listener)
  readInPieces(stream)
  return { stream, pieces, got: () => Buffer.concat(pieces) }
}

test('much at once is given a piece at a time, and all of it', async () => {
  const { stream, pieces, got } = openReader(0, () => {})
  stream.write(MUCH)
  await nextTurn()
  expect(got()).toEqual(MUCH)
  expect(pieces.length).toBeGreaterThan(10)
})

test('a pause in the middle holds the rest back until it is over', async () => {
  const { stream, pieces, got } = openReader(3, (paused) => paused.pause())
  stream.write(MUCH)
  await nextTurn()
  expect(pieces).toHaveLength(3)
  stream.resume()
  await nextTurn()
  expect(got()).toEqual(MUCH)
})

test.each([
  ['taken away', (stream: PassThrough, listener: () => void) => stream.removeListener('data', listener)],
  ['taken away with all others', (stream: PassThrough) => stream.removeAllListeners('data')],
  ['of a stream that is destroyed', (stream: PassThrough) => stream.destroy()],
])('a listener %s in the middle gets no more', async (_what, act) => {
  const { stream, pieces } = openReader(3, act)
  stream.write(MUCH)
  await nextTurn()
  expect(pieces).toHaveLength(3)
  expect(stream.listenerCount('data')).toBeLessThanOrEqual(stream.destroyed ? 1 : 0)
})
