// ManualClock: a clock that stands still until the test moves it.
import type { Clock } from '#rufer/client/clock.ts'

export class ManualClock implements Clock {
  readonly #timers = new Map<number, { at: number; callback: () => void }>()
  #now = Date.UTC(2026, 0, 1)
  #lastId = 0

  now(): number {
    return this.#now
  }

  after(ms: number, callback: () => void): () => void {
    const id = ++this.#lastId
    this.#timers.set(id, { at: this.#now + ms, callback })
    return () => this.#timers.delete(id)
  }

  /** Moves the time on, running what falls due, in order. */
  advance(ms: number): void {
    const until = this.#now + ms
    for (let due = this.#next(until); due; due = this.#next(until)) {
      this.#now = due.at
      this.#timers.delete(due.id)
      due.callback()
    }
    this.#now = until
  }

  /** How long until each waiting timer, soonest first. */
  waits(): number[] {
    return [...this.#timers.values()].map(({ at }) => at - this.#now).toSorted((a, b) => a - b)
  }

  #next(until: number) {
    const due = [...this.#timers]
      .filter(([, { at }]) => at <= until)
      .toSorted(([, a], [, b]) => a.at - b.at)[0]
    return due && { id: due[0], ...due[1] }
  }
}
