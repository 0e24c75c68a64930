// DebugEntry: a trace of the client as one line of the debug view. Pure.
import type { ConnectionStatus } from '#rufer/client/status.ts'
import type { Trace } from '#rufer/client/trace.ts'
import type { EventFrame, ReplyFrame } from '#rufer/shared/protocol/frame.ts'
import { toGist } from './debug-summary.ts'

export const debugKinds = [
  'connection',
  'token',
  'retry',
  'message',
  'receipt',
  'typing',
  'presence',
] as const
type DebugKind = (typeof debugKinds)[number]

export interface DebugEntry {
  key: number
  /** milliseconds since 1970 */
  at: number
  direction: 'in' | 'out' | 'here'
  kind: DebugKind
  summary: string
  /** everything, as JSON */
  detail: string
}

let lastKey = 0

/** @param methods the method of each request by its id, which replies do not tell; kept up to date here */
export function toDebugEntry(trace: Trace, at: number, methods: Map<number, string>): DebugEntry {
  if (trace.kind === 'sent') methods.set(trace.frame.id, trace.frame.method)
  const description = trace.kind === 'received' ? received(trace, methods) : describe(trace)
  return { key: ++lastKey, at, detail: JSON.stringify(trace, undefined, 2), ...description }
}

type Frame = EventFrame | ReplyFrame
type Description = Omit<DebugEntry, 'key' | 'at' | 'detail'> & { detail?: string }

function describe(trace: Exclude<Trace, { kind: 'received' }>): Description {
  if (trace.kind === 'sent') return sent(trace)
  if (trace.kind === 'failure') return here('connection', `${trace.operation} failed: ${trace.reason}`)
  if (trace.kind === 'gap') return here('connection', `gap in ${trace.conversationId}`)
  if (trace.kind === 'status') return statusOf(trace.status)
  if (trace.kind === 'socket') return here('connection', `socket ${trace.outcome} ${trace.code ?? ''}`.trim())
  return here('token', `token ${trace.outcome} ${trace.reason ?? ''}`.trim())
}

function statusOf(status: ConnectionStatus): Description {
  if (status.state !== 'offline') return here('connection', status.state)
  return here('retry', `attempt ${status.attempt} in ${status.waitMs} ms`)
}

function sent({ frame }: Extract<Trace, { kind: 'sent' }>): Description {
  return {
    direction: 'out',
    kind: kindOf(frame.method),
    summary: joined(`${frame.method} #${frame.id}`, toGist(frame.params)),
    detail: JSON.stringify(frame, undefined, 2),
  }
}

function received(
  { text, ignored }: Extract<Trace, { kind: 'received' }>,
  methods: Map<number, string>,
): Description {
  if (ignored) return { direction: 'in', kind: 'connection', summary: 'ignored', detail: text }
  const frame: Frame = JSON.parse(text)
  return { direction: 'in', ...named(frame, methods), detail: JSON.stringify(frame, undefined, 2) }
}

function named(frame: Frame, methods: Map<number, string>): Pick<Description, 'kind' | 'summary'> {
  if ('event' in frame) return { kind: kindOf(frame.event), summary: joined(frame.event, toGist(frame.data)) }
  const name = methods.get(frame.id) ?? ''
  methods.delete(frame.id)
  const outcome = 'error' in frame ? frame.error.code : joined('reply', toGist(frame.result))
  return { kind: kindOf(name), summary: `${name} #${frame.id} ${outcome}` }
}

function joined(name: string, gist: string): string {
  return gist === '' ? name : `${name} ${gist}`
}

function kindOf(name: string): DebugKind {
  const noun = name.split('.')[0]
  return debugKinds.find((kind) => kind === noun) ?? 'connection'
}

function here(kind: DebugKind, summary: string): Description {
  return { direction: 'here', kind, summary }
}
