// Trace: one line of what the client does, for a debug view; never holds a token.
import type { RequestFrame } from '#rufer/shared/protocol/frame.ts'
import type { ConnectionStatus } from './status.ts'

export type Trace =
  | { kind: 'status'; status: ConnectionStatus }
  | { kind: 'token'; outcome: 'asked' | 'received' | 'failed'; expiresAt?: string; reason?: string }
  | { kind: 'socket'; outcome: 'opening' | 'closed' | 'silent' | 'abandoned'; code?: number }
  | { kind: 'sent'; frame: RequestFrame }
  /** the text as it came */
  | { kind: 'received'; text: string; ignored: boolean }
  | { kind: 'failure'; operation: string; reason: string }
