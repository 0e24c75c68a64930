// Random numbers that are the same for the same seed.

/** Numbers in [0, 1); mulberry32, which is good enough for schedules. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** One of a list, by a number in [0, 1). */
export function pick<Item>(items: readonly Item[], where: number): Item | undefined {
  return items[Math.floor(where * items.length)]
}
