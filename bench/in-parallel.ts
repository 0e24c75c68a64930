// Many things, some at a time.

/** Does something for 0, 1, 2, … up to a count; so many are under way at any time. */
export async function inParallel(
  { count, atOnce }: { count: number; atOnce: number },
  work: (index: number) => Promise<void>,
): Promise<void> {
  const indexes = Array.from({ length: count }).keys()
  // all take from the same iterator
  await Promise.all(Array.from({ length: atOnce }, () => Array.fromAsync(indexes, work)))
}
