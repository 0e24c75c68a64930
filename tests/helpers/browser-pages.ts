// A browser as the outbox knows it, for unit tests: one storage for all of its pages, and locks that end with a page.
import type { KeyValueStorage, Locks } from '#rufer/client/outbox-storage.ts'

export interface BrowserPage {
  storage: () => KeyValueStorage
  locks: Locks
  /** Ends the page, without a word to the code on it. */
  close(): void
}

export interface FakeBrowser {
  /** what the storage holds */
  items: Map<string, string>
  openPage: () => BrowserPage
  /** Lets the storage take no more characters than that, all items together. */
  limit(chars: number): void
}

export function createBrowser(): FakeBrowser {
  const items = new Map<string, string>()
  const holders = new Map<string, symbol>()
  let most = Infinity
  const storage: KeyValueStorage = {
    get length() {
      return items.size
    },
    key: (index) => [...items.keys()][index] ?? null,
    getItem: (key) => items.get(key) ?? null,
    setItem(key, value) {
      const others = [...items].reduce((sum, [name, text]) => sum + (name === key ? 0 : text.length), 0)
      if (others + value.length > most) throw new DOMException('full', 'QuotaExceededError')
      items.set(key, value)
    },
    removeItem: (key) => items.delete(key),
  }
  return {
    items,
    limit: (chars) => (most = chars),
    openPage() {
      const page = Symbol('page')
      return {
        storage: () => storage,
        locks: {
          async request(name, _, granted) {
            const isFree = !holders.has(name)
            if (isFree) holders.set(name, page)
            await granted(isFree ? { name } : null)
            if (isFree) holders.delete(name)
          },
        },
        close() {
          for (const [name, holder] of holders) if (holder === page) holders.delete(name)
        },
      }
    },
  }
}
