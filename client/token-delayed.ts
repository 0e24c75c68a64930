// TokenDelayed: the back end gives no session token now, and says when to ask again.

export class TokenDelayed extends Error {
  readonly retryAfterMs: number

  constructor(retryAfterMs: number) {
    super(`unable to get session token; asked again no earlier than in ${retryAfterMs} ms`)
    this.name = 'TokenDelayed'
    this.retryAfterMs = retryAfterMs
  }
}
