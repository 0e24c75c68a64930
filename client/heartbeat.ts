// Heartbeat: notices a connection that went silent, which a browser cannot see by itself.
import type { Clock } from './clock.ts'

/** How long after a ping without anything received the connection counts as dead. */
const ANSWER_MS = 10_000

export class Heartbeat {
  readonly #clock: Clock
  readonly #ping: () => void
  readonly #dead: () => void
  #everyMs = 0
  #receivedAt = 0
  #cancel: (() => void) | undefined

  constructor(options: { clock: Clock; ping: () => void; dead: () => void }) {
    this.#clock = options.clock
    this.#ping = options.ping
    this.#dead = options.dead
  }

  /** Begins watching; `everyMs` is the longest silence without a ping. */
  start(everyMs: number): void {
    this.#everyMs = everyMs
    this.received()
    this.#listen()
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  /** To be called for everything that arrives. */
  received(): void {
    this.#receivedAt = this.#clock.now()
  }

  /** Pings at once: the machine may have slept, or changed networks. */
  probe(): void {
    if (!this.#cancel) return
    this.stop()
    const askedAt = this.#clock.now()
    this.#ping()
    this.#cancel = this.#clock.after(ANSWER_MS, () => {
      if (this.#receivedAt >= askedAt) this.#listen()
      else this.#dead()
    })
  }

  #listen(): void {
    const quietMs = this.#clock.now() - this.#receivedAt
    this.#cancel = this.#clock.after(Math.max(0, this.#everyMs - quietMs), () => {
      if (this.#clock.now() - this.#receivedAt >= this.#everyMs) this.probe()
      else this.#listen()
    })
  }
}
