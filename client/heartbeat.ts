// Heartbeat: notices a connection that went silent, which a browser cannot see by itself, also after the machine slept.
import type { Clock } from './clock.ts'

/** How long after a ping without anything received the connection counts as dead. */
const ANSWER_MS = 10_000
/** The same where there is reason to doubt it: the machine slept, or changed networks. */
const DOUBTED_ANSWER_MS = 5_000
/** How often it looks whether the machine slept, and by how much a timer that is late says so. */
const LOOK_MS = 5_000
const SLEPT_MS = 5_000

export class Heartbeat {
  readonly #clock: Clock
  readonly #ping: () => void
  readonly #dead: () => void
  #everyMs = 0
  #receivedAt = 0
  /** a ping that nothing has followed yet */
  #isUnanswered = false
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
    this.#isUnanswered = false
  }

  /** To be called for everything that arrives. */
  received(): void {
    this.#receivedAt = this.#clock.monotonicMs()
    this.#isUnanswered = false
  }

  /** Pings at once, and waits no longer than that for anything to come; does nothing while it waits already. */
  probe(answerMs = DOUBTED_ANSWER_MS): void {
    if (!this.#cancel || this.#isUnanswered) return
    this.stop()
    this.#isUnanswered = true
    this.#cancel = this.#clock.after(answerMs, () => {
      if (this.#isUnanswered) this.#dead()
      else this.#listen()
    })
    this.#ping()
  }

  #listen(): void {
    const waitMs = Math.min(LOOK_MS, Math.max(0, this.#everyMs - this.#quietMs()))
    const [wall, monotonic] = [this.#clock.now(), this.#clock.monotonicMs()]
    this.#cancel = this.#clock.after(waitMs, () => {
      // Asleep, one machine's monotonic clock stands still and another's goes on: the clock on the wall always does.
      const passedMs = Math.max(this.#clock.now() - wall, this.#clock.monotonicMs() - monotonic)
      if (passedMs > waitMs + SLEPT_MS) this.probe()
      else if (this.#quietMs() >= this.#everyMs) this.probe(ANSWER_MS)
      else this.#listen()
    })
  }

  #quietMs(): number {
    return this.#clock.monotonicMs() - this.#receivedAt
  }
}
