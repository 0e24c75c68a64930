// Requests: gives each its id, keeps it until its reply, typed by the table of methods.
import type { RequestFrame, ReplyFrame } from '#rufer/shared/protocol/frame.ts'
import type { Method, ParamsInput, Result } from '#rufer/shared/protocol/methods.ts'
import type { Clock } from './clock.ts'
import { RequestError } from './request-error.ts'

const REPLY_TIMEOUT_MS = 15_000

interface Pending {
  resolve(result: unknown): void
  reject(error: RequestError): void
  cancelTimeout(): void
}

export class Requests {
  readonly #pending = new Map<number, Pending>()
  readonly #clock: Clock
  readonly #send: (frame: RequestFrame) => void
  #lastId = 0

  /** @param send puts a frame on the wire, or throws a `RequestError` */
  constructor(clock: Clock, send: (frame: RequestFrame) => void) {
    this.#clock = clock
    this.#send = send
  }

  /**
   * Sends a request and waits for its reply.
   *
   * @throws RequestError
   */
  async request<M extends Method>(method: M, params: ParamsInput<M>): Promise<Result<M>> {
    const id = ++this.#lastId
    this.#send({ id, method, params })
    const result = await this.#reply(id)
    if (!isResult<M>(result)) throw new TypeError('unable to read reply; its result is no object')
    return result
  }

  /** Ends the request that the reply names; a reply nobody waits for any more is dropped. */
  settle(reply: ReplyFrame): void {
    const pending = this.#take(reply.id)
    if (!pending) return
    if ('error' in reply) pending.reject(RequestError.fromFrame(reply.error))
    else pending.resolve(reply.result)
  }

  /** Ends every request under way with the error. */
  failAll(error: RequestError): void {
    for (const id of this.#pending.keys()) this.#take(id)?.reject(error)
  }

  #reply(id: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const cancelTimeout = this.#clock.after(REPLY_TIMEOUT_MS, () => {
        this.#pending.delete(id)
        reject(
          new RequestError('timeout', {
            message: 'unable to await reply; none came in time',
            retryable: true,
          }),
        )
      })
      this.#pending.set(id, { resolve, reject, cancelTimeout })
    })
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id)
    this.#pending.delete(id)
    pending?.cancelTimeout()
    return pending
  }
}

/** The one place where the server's word is taken for what the table says. */
function isResult<M extends Method>(result: unknown): result is Result<M> {
  return typeof result === 'object' && result !== null
}
