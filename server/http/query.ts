// What stands behind the path of a call: the place at which something is taken up again.
import { getQuery, type H3Event } from 'h3'
import { afterQuery } from '#rufer/shared/protocol/http.ts'
import { toParamsError } from '#rufer/shared/protocol/issues.ts'

/** The `after` of a call. @throws ChatError `invalid-params` */
export function afterOf(event: H3Event): string | undefined {
  const parsed = afterQuery.safeParse(getQuery(event))
  if (parsed.success) return parsed.data.after
  throw toParamsError(parsed.error.issues)
}
