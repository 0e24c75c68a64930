// Every error code, once: what it means, whether the same request may be sent again, and its HTTP status.

export const errors = {
  'invalid-frame': {
    retryable: false,
    status: 400,
    meaning: '`method` is no string or `params` are no object',
  },
  'invalid-params': {
    retryable: false,
    status: 400,
    meaning: 'a field is missing, unknown, of the wrong type or out of bounds; `issues` names each',
  },
  'unknown-method': { retryable: false, status: 404, meaning: 'no such method' },
  'user-not-found': { retryable: false, status: 404, meaning: 'no such user is registered' },
  'conversation-not-found': {
    retryable: false,
    status: 404,
    meaning: 'no such conversation, or not a member of it',
  },
  'user-erased': {
    retryable: false,
    status: 409,
    meaning: 'the user was erased; the id is never given out again',
  },
  'id-conflict': { retryable: false, status: 409, meaning: 'the message id belongs to another message' },
  'text-too-long': {
    retryable: false,
    status: 400,
    meaning: 'the text has more code points than `limits.textLength`',
  },
  'rate-limited': { retryable: true, status: 429, meaning: 'too many; try again after `retryAfterMs`' },
  overloaded: {
    retryable: true,
    status: 503,
    meaning: 'the server has more to do than it can hold; try again later',
  },
  'store-unavailable': {
    retryable: true,
    status: 503,
    meaning: 'the store cannot be written or read just now; sending again settles whether it was stored',
  },
  internal: { retryable: true, status: 500, meaning: 'an error on the server, which it has logged' },
  unauthorized: { retryable: false, status: 401, meaning: 'the secret key is missing or wrong' },
  'sign-in-required': {
    retryable: false,
    status: 403,
    meaning: 'no browser session: open a sign-in link first',
  },
  'origin-refused': {
    retryable: false,
    status: 403,
    meaning: 'the request comes from a page of another origin',
  },
  'not-found': { retryable: false, status: 404, meaning: 'no such path or method' },
  'body-too-large': { retryable: false, status: 413, meaning: 'the body has more than 64 KiB' },
  'unsupported-media-type': {
    retryable: false,
    status: 415,
    meaning: 'the body must be sent as application/json',
  },
  draining: {
    retryable: true,
    status: 503,
    meaning: 'the server is stopping; try another one or again later',
  },
} as const

export type ErrorCode = keyof typeof errors

/** What is wrong with one field. */
export interface Issue {
  /** "limit", "revs.abc"; empty for the whole */
  path: string
  message: string
}

/** A refusal with a code of the table; `reason` ends the sentence "unable to <operation>; …". */
export class ChatError extends Error {
  readonly code: ErrorCode
  readonly retryAfterMs: number | undefined
  readonly issues: Issue[] | undefined

  constructor(code: ErrorCode, details: { reason?: string; retryAfterMs?: number; issues?: Issue[] } = {}) {
    super(details.reason ?? errors[code].meaning)
    this.name = 'ChatError'
    this.code = code
    this.retryAfterMs = details.retryAfterMs
    this.issues = details.issues
  }

  /** Any thrown value as a ChatError: one that carries a code of the table keeps it, everything else is `internal`. */
  static from(thrown: unknown): ChatError {
    if (thrown instanceof ChatError) return thrown
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
    return isErrorCode(code) ? new ChatError(code) : new ChatError('internal')
  }
}

export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(errors, code)
}
