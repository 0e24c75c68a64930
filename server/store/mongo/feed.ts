// The change feed: one stream of inserted changes, opened where the caller stands and taken up again when it was cut.
import mongoose from 'mongoose'
import { setTimeout as pause } from 'node:timers/promises'
import { StoreError, type Change, type Sign } from '../port.ts'
import { isResumable } from './failure.ts'
import type { ChangeStreams, Start } from './change-streams.ts'
import type { Place } from './place.ts'

const { Timestamp } = mongoose.mongo

/**
 * The changes and signs after the place where the process stands, in commit order, each once, until the signal aborts.
 *
 * Cut off, it goes on after the last one that it gave, however long that takes.
 *
 * @throws StoreError where that is no longer possible, so that changes are missed; the place has then moved on
 */
export function readChanges(
  streams: ChangeStreams,
  place: Place,
  signal: AbortSignal,
): AsyncGenerator<Change | Sign, void> {
  const { t, i } = place.current()
  const startAtOperationTime = new Timestamp({ t, i: i + 1 })
  return follow({ streams, place, signal, start: { startAtOperationTime }, lastToken: '', failures: 0 })
}

// --- helpers ---

const LEAST_PAUSE_MS = 50
const MOST_PAUSE_MS = 5_000

interface Reader {
  streams: ChangeStreams
  place: Place
  signal: AbortSignal
  start: Start
  /** of what was given last */
  lastToken: string
  /** how often in a row nothing could be read */
  failures: number
}

async function* follow(reader: Reader) {
  while (!reader.signal.aborted) yield* readOn(reader)
}

async function* readOn(reader: Reader) {
  const { streams, place, signal } = reader
  const stream = streams.open(reader.start)
  const close = () => void stream.close()
  signal.addEventListener('abort', close)
  try {
    for await (const { _id: token, clusterTime, fullDocument } of stream) {
      if (signal.aborted) return
      reader.failures = 0
      const { _data: data } = token
      if (data <= reader.lastToken) continue
      reader.lastToken = data
      place.advance(clusterTime)
      yield 'sign' in fullDocument ? fullDocument.sign : fullDocument.change
    }
    if (!signal.aborted) throw new Error('the change stream has ended')
  } catch (error) {
    if (!signal.aborted) await recover(reader, error)
  } finally {
    const { resumeToken } = stream
    if (resumeToken) reader.start = { resumeAfter: resumeToken }
    signal.removeEventListener('abort', close)
    await stream.close()
  }
}

/** Waits before the next attempt, where one can go on without a loss; else leaves it to who asks for a new start. */
async function recover(reader: Reader, error: unknown) {
  const { streams, place, signal } = reader
  if (!isResumable(error)) {
    place.advance(await streams.now().catch(() => undefined))
    throw new StoreError('store-unavailable', { cause: error })
  }
  const ms = Math.min(LEAST_PAUSE_MS * 2 ** reader.failures++, MOST_PAUSE_MS)
  await pause(ms, undefined, { signal }).catch(() => undefined)
}
