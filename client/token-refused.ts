// TokenRefused: the back end gives no session token, and asking again would not change that.

export class TokenRefused extends Error {
  readonly reason: 'sign-in-required' | 'user-not-found'

  constructor(reason: TokenRefused['reason']) {
    super(`unable to get session token; ${reason}`)
    this.name = 'TokenRefused'
    this.reason = reason
  }
}
