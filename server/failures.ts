// Failures: what went wrong on the server's side while somebody was being answered, logged and counted in one way.
import type { Counters } from './counters.ts'
import type { Log } from './log.ts'
import { ChatError } from '#rufer/shared/protocol/errors.ts'

/** Logs and counts what was thrown, unless it is a refusal: whoever refuses counts that, and nobody logs it. */
export function reportFailure(
  thrown: unknown,
  { counters, log }: { counters: Counters; log: Log },
  { what, ...about }: { what: string; [about: string]: unknown },
): void {
  if (thrown instanceof ChatError) return
  const { code } = ChatError.from(thrown)
  counters.refused(code)
  // a store that cannot be used is not our mistake, and is met often while it lasts
  log[code === 'internal' ? 'error' : 'warn']({ err: thrown, ...about }, what)
}
