// Random choices that a seed decides: the same seed makes the same inputs.

export interface Random {
  /** a whole number from 0 to below `limit` */
  below(limit: number): number
  pick<T>(choices: readonly T[]): T
  /** true with this probability */
  chance(probability: number): boolean
  /** so many of what `make` gives, from `least` to `most` */
  list<T>([least, most]: [number, number], make: (at: number) => T): T[]
  /** bytes of any value */
  bytes(count: number): Buffer
  /** another source, decided by this one */
  fork(): Random
}

/** mulberry32: small, fast, and good enough to choose with. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  function next() {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const random: Random = {
    below: (limit) => Math.floor(next() * limit),
    pick(choices) {
      const choice = choices[random.below(choices.length)]
      if (choice === undefined) throw new Error('there is nothing to choose from')
      return choice
    },
    chance: (probability) => next() < probability,
    list: ([least, most], make) =>
      Array.from({ length: least + random.below(most - least + 1) }, (_, at) => make(at)),
    bytes: (count) => Buffer.from(Array.from({ length: count }, () => random.below(256))),
    fork: () => createRandom(Math.floor(next() * 2 ** 32)),
  }
  return random
}
