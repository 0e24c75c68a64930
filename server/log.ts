// The logger: JSON lines on standard output; never a token, a secret or a text.
import { pino, stdSerializers, type Logger } from 'pino'
import type { Config } from './config.ts'
import { ofRequest } from './request-id.ts'

export type Log = Logger

/** A logger of this level; what goes in must already be free of tokens, secrets and texts. */
export function createLog(level: Config['logLevel']): Log {
  return pino({
    level,
    base: null,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: toWritten },
    mixin: ofRequest,
  })
}

// --- Internal helpers ---

/** What is written of an error. Whatever else hangs on it may hold a text: a driver adds what it was to write. */
function toWritten(error: unknown) {
  if (!(error instanceof Error)) return { message: 'what was thrown is no error' }
  const { type, message, stack } = stdSerializers.err(error)
  return { type, message, stack, ...('code' in error && { code: error.code }) }
}
