// An HTTP call that is answered line by line (NDJSON), as fast as its reader takes it and no faster.
import { defineEventHandler, setResponseHeader, type EventHandler, type H3Event } from 'h3'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { useNitroApp } from 'nitropack/runtime'
import { reportFailure } from '#rufer/server/failures.ts'
import { calls, type Answer, type Call } from '#rufer/shared/protocol/http.ts'
import { metered, takeCall, toErrorAnswer, type CallInput } from './call.ts'

/** Some lines at a time. */
type Pages<Line> = AsyncIterable<Line[]>

/**
 * An event handler that answers with the lines it is given; with an error where that is thrown before the first one.
 *
 * A failure later on cuts the answer off, so that nobody takes it for whole. A stop does not wait for its end either: the
 * reader takes it up again where it was.
 */
export function defineStream<C extends Call>(
  call: C,
  open: (input: CallInput<C>) => Promise<Pages<Answer<C>>>,
): EventHandler {
  const { operation } = calls[call]
  return defineEventHandler(async (event) => {
    setResponseHeader(event, 'Cache-Control', 'no-store')
    return metered(event, call, async () => {
      try {
        const pages = await open(await takeCall(event, call))
        return await send(event, { pages, operation })
      } catch (thrown) {
        return toErrorAnswer(event, { thrown, operation })
      }
    })
  })
}

// --- Internal helpers ---

async function send(event: H3Event, { pages, operation }: { pages: Pages<unknown>; operation: string }) {
  const { rufer: process } = useNitroApp()
  setResponseHeader(event, 'Content-Type', 'application/x-ndjson; charset=utf-8')
  try {
    await pipeline(Readable.from(toText(pages), { highWaterMark: 1 }), event.node.res)
  } catch (thrown) {
    if (isGone(thrown)) return process.counters.dropped('aborted-call')
    reportFailure(thrown, process, { what: 'unable to finish answer', operation })
  }
}

async function* toText(pages: Pages<unknown>) {
  for await (const lines of pages) {
    yield lines.map((line) => `${JSON.stringify(line)}\n`).join('')
    // an engine may read without ever waiting, and everybody else would
    await nextTurn()
  }
}

/** Whether it was the reader who ended it. */
function isGone(thrown: unknown) {
  return thrown instanceof Error && 'code' in thrown && GONE.has(thrown.code)
}

const GONE: ReadonlySet<unknown> = new Set(['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE'])
