// What was sent, how it was answered, and what should not have happened.

export interface Fault {
  kind: string
  what: string
  input: string
}

export class Tally {
  readonly faults: Fault[] = []
  readonly #inputs = new Map<string, number>()
  readonly #outcomes = new Map<string, number>()
  #slowestMs = 0
  #slowest = 'no slower than the load makes it'
  readonly #controlMs: () => number

  /** @param controlMs how long an honest request takes just now: what a busy machine adds to every answer */
  constructor(controlMs: () => number) {
    this.#controlMs = controlMs
  }

  get inputs(): number {
    return [...this.#inputs.values()].reduce((sum, count) => sum + count, 0)
  }

  /** An input was answered in a way that is defined. */
  answered(kind: string, outcome: string | number, ms: number): void {
    add(this.#inputs, kind)
    add(this.#outcomes, `${kind} ${outcome}`)
    const ownMs = Math.max(0, ms - BURST * this.#controlMs())
    if (ownMs > this.#slowestMs) {
      this.#slowestMs = ownMs
      this.#slowest = `${Math.round(ms)} ms, ${Math.round(ownMs)} of them not for the load, of ${kind} ${outcome}`
    }
    if (ownMs > ANSWER_MS)
      this.faults.push({ kind, what: `answered after ${Math.round(ms)} ms`, input: String(outcome) })
  }

  /** An input was answered in a way that is not defined, or not at all. */
  fault(fault: Fault): void {
    add(this.#inputs, fault.kind)
    this.faults.push({ ...fault, input: fault.input.slice(0, 2_000) })
  }

  /** Lines of what came out of what. */
  report(): string {
    const kinds = [...this.#inputs].map(([kind, count]) => {
      const outcomes = [...this.#outcomes]
        .filter(([name]) => name.startsWith(`${kind} `))
        .toSorted(([, a], [, b]) => b - a)
      const told = outcomes.map(
        ([name, times]) => `${name.slice(kind.length + 1)} ${times.toLocaleString('en')}`,
      )
      return `${kind}: ${count.toLocaleString('en')} (${told.join(', ')})`
    })
    return [...kinds, `slowest answer: ${this.#slowest}`].join('\n')
  }
}

// --- Internal helpers ---

/** An input is answered within this time. */
const ANSWER_MS = 1_000
/** Inputs come many at once, and so wait for one another: for several times as long as a request that comes by itself. */
const BURST = 4

function add(counts: Map<string, number>, key: string) {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
