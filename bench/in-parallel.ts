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

/** What becomes of each item, in their order; some dozens are under way at any time. */
export async function mapInParallel<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  const entries = items.entries()
  // all take from the same iterator
  await Promise.all(
    Array.from({ length: SOME }, () =>
      Array.fromAsync(entries, async ([index, item]) => {
        results[index] = await work(item)
      }),
    ),
  )
  return results
}

// --- Internal helpers ---

const SOME = 50
