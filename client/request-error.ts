// RequestError: why a request got no result, from the server's error or found out here.
import type { ErrorCode, Issue } from '#rufer/shared/protocol/errors.ts'
import type { FrameError } from '#rufer/shared/protocol/frame.ts'

/**
 * `timeout`, `connection-lost`, and `withdrawn` for a message taken back: done once or not at all; `frame-too-large`,
 * `frame-refused`: not done.
 */
export type RequestErrorCode =
  | ErrorCode
  | 'timeout'
  | 'connection-lost'
  | 'withdrawn'
  | 'frame-too-large'
  | 'frame-refused'

export class RequestError extends Error {
  readonly code: RequestErrorCode
  /** whether the same request may be sent again */
  readonly retryable: boolean
  readonly retryAfterMs: number | undefined
  readonly issues: readonly Issue[]

  constructor(
    code: RequestErrorCode,
    details: { message: string; retryable: boolean; retryAfterMs?: number | undefined; issues?: Issue[] },
  ) {
    super(details.message)
    this.name = 'RequestError'
    this.code = code
    this.retryable = details.retryable
    this.retryAfterMs = details.retryAfterMs
    this.issues = details.issues ?? []
  }

  static fromFrame(error: FrameError): RequestError {
    return new RequestError(error.code, error)
  }

  /** For a request that was under way, or could not start, because there is no connection. */
  static lost(): RequestError {
    return new RequestError('connection-lost', {
      message: 'unable to send request; there is no connection',
      retryable: true,
    })
  }

  /** For a request whose frame the server refused, and the connection with it. */
  static refused(): RequestError {
    return new RequestError('frame-refused', {
      message: 'unable to send request; the server refused its frame',
      retryable: false,
    })
  }

  /** For a message that was taken back before it was known to be stored. */
  static withdrawn(): RequestError {
    return new RequestError('withdrawn', {
      message: 'unable to send message; it was taken back',
      retryable: false,
    })
  }
}
