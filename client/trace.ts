// Trace: one line of what the client does, for a debug view; never holds a token.
import type { RequestFrame } from '#rufer/shared/protocol/frame.ts'
import type { ConnectionStatus } from './status.ts'

export type Trace =
  | { kind: 'status'; status: ConnectionStatus }
  | { kind: 'token'; outcome: 'asked' | 'received' | 'failed'; expiresAt?: string; reason?: string }
  | { kind: 'socket'; outcome: 'opening' | 'closed' | 'dropped' | 'abandoned'; code?: number }
  | { kind: 'sent'; frame: RequestFrame }
  /** the text as it came; `name`: the event's, or "#" and the id of the request that was answered */
  | { kind: 'received'; text: string; name: string; ignored: boolean }
  /** the server did not tell something of that conversation; it was missed, and is asked for */
  | { kind: 'gap'; conversationId: string }
  | { kind: 'failure'; operation: string; reason: string }
