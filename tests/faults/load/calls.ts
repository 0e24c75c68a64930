// Calls: what a device asks for is recorded, with what became of it.
import { RequestError } from '#rufer/client/request-error.ts'
import type { Answer, Ask, Recorder } from '#rufer/tests/faults/history.ts'

/** Does a piece of work; one that fails is recorded, and that is all. */
export type Run = (ask: Ask, work: () => Promise<Answer>) => Promise<void>

export function createCalls(record: Recorder, nextCall: () => number) {
  let underWay = 0
  const run: Run = async (ask, work) => {
    const call = nextCall()
    record({ type: 'invoke', call, ask })
    underWay++
    try {
      record({ type: 'ok', call, answer: await work() })
    } catch (error) {
      if (!(error instanceof RequestError)) throw error
      const isDefinite = !error.retryable && error.code !== 'withdrawn'
      record({ type: isDefinite ? 'fail' : 'unknown', call, code: error.code })
    } finally {
      underWay--
    }
  }
  return { run, underWay: () => underWay }
}
