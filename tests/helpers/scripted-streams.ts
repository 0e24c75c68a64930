// Change streams that do what a test says: they give events, fail, end, or wait.
import mongoose from 'mongoose'
import type { ChangeStreams, Start } from '#rufer/server/store/mongo/change-streams.ts'
import type { Change, Sign } from '#rufer/server/store/port.ts'

const { Timestamp, MongoServerError, MongoNetworkError } = mongoose.mongo

/**
 * A change by its number, a pulse of the process `one`, a while in which nothing comes, or what a stream ends with: an
 * error, or nothing more.
 */
export type Step = number | 'pulse' | Promise<void> | Error | 'end' | 'wait'

/** What a stream that is opened afresh begins with, after a failure. */
export const FRESH = new Timestamp({ t: 900, i: 0 })

/** When a change was committed. */
export const timeOf = (number: number) => new Timestamp({ t: 100 + number, i: 0 })

/** Streams that take one script each, the last one waiting for ever. */
export function scriptStreams(...scripts: Step[][]) {
  const starts: Start[] = []
  const toEvent = createEvents()
  let closed = 0
  const streams: ChangeStreams = {
    open(start) {
      starts.push(start)
      const steps = scripts.shift() ?? ['wait']
      const end = Promise.withResolvers<void>()
      const stream = {
        resumeToken: undefined as unknown,
        async *[Symbol.asyncIterator]() {
          for (const step of steps) {
            if (step instanceof Error) throw step
            if (step === 'wait') await end.promise
            if (step === 'wait' || step === 'end') return
            await step
            if (step instanceof Promise) continue
            if (typeof step === 'number') stream.resumeToken = `after ${step}`
            yield toEvent(step)
          }
        },
        async close() {
          closed++
          end.resolve()
        },
      }
      return stream
    },
    now: async () => FRESH,
  }
  return { streams, starts, closed: () => closed }
}

export function serverError(code: number, labels: string[] = []) {
  return new MongoServerError({ message: `code ${code}`, code, errorLabels: labels })
}

export const cut = () => new MongoNetworkError('cut')
export const resumable = () => serverError(189, ['ResumableChangeStreamError'])

// --- Internal helpers ---

/** Makes events whose tokens sort as they come; a change that is given again has the token that it had. */
function createEvents() {
  let [last, pulses] = [0, 0]
  return (step: number | 'pulse') => {
    const storedAt = new Date()
    const at = storedAt.toISOString()
    if (step === 'pulse') {
      const sign: Sign = { kind: 'pulse', processId: 'one', at }
      return { _id: tokenOf(last, ++pulses), fullDocument: { storedAt, sign } }
    }
    last = step
    const change = { conversationId: String(step), at } as Change
    return { _id: tokenOf(step, 0), clusterTime: timeOf(step), fullDocument: { storedAt, change } }
  }
}

function tokenOf(...parts: number[]) {
  return { _data: parts.map((part) => String(part).padStart(4)).join() }
}
