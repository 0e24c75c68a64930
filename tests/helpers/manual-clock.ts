// ManualClock: a clock that stands still until the test moves it.
import type { Clock } from '#rufer/client/clock.ts'

export class ManualClock implements Clock {
  readonly #timers = new Map<number, { at: number; callback: () => void }>()
  #monotonicMs = 1_000
  #turnedMs = Date.UTC(2026, 0, 1)
  #lastId = 0

  now(): number {
    return this.#turnedMs + this.#monotonicMs
  }

  monotonicMs(): number {
    return this.#monotonicMs
  }

  after(ms: number, callback: () => void): () => void {
    const id = ++this.#lastId
    this.#timers.set(id, { at: this.#monotonicMs + ms, callback })
    return () => this.#timers.delete(id)
  }

  /** Moves the time on, running what falls due, in order. */
  advance(ms: number): void {
    const until = this.#monotonicMs + ms
    for (let due = this.#next(until); due; due = this.#next(until)) {
      this.#monotonicMs = Math.max(this.#monotonicMs, due.at)
      this.#timers.delete(due.id)
      due.callback()
    }
    this.#monotonicMs = until
  }

  /** Somebody sets the machine's clock, which is no time that passes. */
  turn(ms: number): void {
    this.#turnedMs += ms
  }

  /** The machine sleeps and wakes: its clock went on, its timers did not. */
  sleep(ms: number): void {
    this.turn(ms)
  }

  /** The same, on a machine whose timers count the sleep, and now come too late. */
  sleepCounted(ms: number): void {
    this.#monotonicMs += ms
  }

  /** How long until each waiting timer, soonest first. */
  waits(): number[] {
    return [...this.#timers.values()].map(({ at }) => at - this.#monotonicMs).toSorted((a, b) => a - b)
  }

  #next(until: number) {
    const due = [...this.#timers]
      .filter(([, { at }]) => at <= until)
      .toSorted(([, a], [, b]) => a.at - b.at)[0]
    return due && { id: due[0], ...due[1] }
  }
}
