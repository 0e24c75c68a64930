// The logger: JSON lines on standard output; never a token, a secret or a text.
import { pino, type Logger } from 'pino'
import type { Config } from './config.ts'

export type Log = Logger

/** A logger of this level; what goes in must already be free of tokens, secrets and texts. */
export function createLog(level: Config['logLevel']): Log {
  return pino({ level, base: null, formatters: { level: (label) => ({ level: label }) } })
}
