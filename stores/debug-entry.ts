// DebugEntry: a trace of the client as one line of the debug view. Pure.
import type { ConnectionStatus } from '#rufer/client/status.ts'
import type { Trace } from '#rufer/client/trace.ts'

export const debugKinds = [
  'connection',
  'token',
  'retry',
  'message',
  'receipt',
  'typing',
  'presence',
] as const
export type DebugKind = (typeof debugKinds)[number]

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

export function toDebugEntry(trace: Trace, at: number): DebugEntry {
  return { key: ++lastKey, at, detail: JSON.stringify(trace, undefined, 2), ...describe(trace, at) }
}

type Description = Omit<DebugEntry, 'key' | 'at' | 'detail'> & { detail?: string }

function describe(trace: Trace, at: number): Description {
  if (trace.kind === 'received') return received(trace)
  if (trace.kind === 'sent') return sent(trace)
  if (trace.kind === 'failure') return here('connection', `${trace.operation} failed: ${trace.reason}`)
  if (trace.kind === 'status') return statusOf(trace.status, at)
  if (trace.kind === 'socket') return here('connection', `socket ${trace.outcome} ${trace.code ?? ''}`.trim())
  return here('token', `token ${trace.outcome} ${trace.reason ?? ''}`.trim())
}

function statusOf(status: ConnectionStatus, at: number): Description {
  if (status.state !== 'offline') return here('connection', status.state)
  return here('retry', `attempt ${status.attempt} in ${Math.max(0, status.retryAt - at)} ms`)
}

function sent({ frame }: Extract<Trace, { kind: 'sent' }>): Description {
  const summary = `${frame.method} #${frame.id}`
  return {
    direction: 'out',
    kind: kindOf(frame.method),
    summary,
    detail: JSON.stringify(frame, undefined, 2),
  }
}

function received({ text, ignored }: Extract<Trace, { kind: 'received' }>): Description {
  if (ignored) return { direction: 'in', kind: 'connection', summary: 'ignored', detail: text }
  const frame: unknown = JSON.parse(text)
  const { event, id, error } = Object(frame)
  const outcome = error ? `error ${error.code}` : 'reply'
  return {
    direction: 'in',
    kind: kindOf(typeof event === 'string' ? event : ''),
    summary: typeof event === 'string' ? event : `${outcome} #${id}`,
    detail: JSON.stringify(frame, undefined, 2),
  }
}

function kindOf(name: string): DebugKind {
  const noun = name.split('.')[0]
  return debugKinds.find((kind) => kind === noun) ?? 'connection'
}

function here(kind: DebugKind, summary: string): Description {
  return { direction: 'here', kind, summary }
}
