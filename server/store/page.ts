// Pages: the first ones of items that are read one by one, so that no more is read than the page holds.
import type { PageBounds } from './port.ts'

interface Page<Item> {
  items: Item[]
  hasMore: boolean
}

/** The first items, up to `limit` or to the one at which their texts reach `maxBytes`; one more is read for `hasMore`. */
export function takePage<Item extends object>(
  items: Iterable<Item>,
  bounds: PageBounds,
  bytesOf: (item: Item) => number = textBytes,
): Page<Item> {
  const page = startPage(bounds, bytesOf)
  for (const item of items) if (!page.take(item)) break
  return page.taken
}

/** The same, of items that have to be waited for. */
export async function readPage<Item extends object>(
  items: AsyncIterable<Item>,
  bounds: PageBounds,
  bytesOf: (item: Item) => number = textBytes,
): Promise<Page<Item>> {
  const page = startPage(bounds, bytesOf)
  for await (const item of items) if (!page.take(item)) break
  return page.taken
}

/** For an engine that reads some at a time: a page of long texts is full soon. */
export const READ_AT_ONCE = 51

// --- helpers ---

function startPage<Item>({ limit, maxBytes = Infinity }: PageBounds, bytesOf: (item: Item) => number) {
  const taken: Page<Item> = { items: [], hasMore: false }
  let bytes = 0
  return {
    taken,
    /** False, and not taken, where the page is full. */
    take(item: Item) {
      const { length } = taken.items
      taken.hasMore = length === limit || (length > 0 && bytes >= maxBytes)
      if (taken.hasMore) return false
      taken.items.push(item)
      bytes += bytesOf(item)
      return true
    },
  }
}

function textBytes(item: object): number {
  return 'text' in item && typeof item.text === 'string' ? Buffer.byteLength(item.text) : 0
}
