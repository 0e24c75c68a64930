// OutboxStorage: where unsent messages outlive the page, one list a user, shared by all of the user's pages.
import type { OutboxRow } from './outbox.ts'

/** `localStorage` is one. */
export interface KeyValueStorage {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

/** A storage that is blocked, full or spoilt is no error: it only means that unsent messages end with the page. */
export class OutboxStorage {
  readonly #storage: KeyValueStorage
  readonly #key: string

  constructor(storage: KeyValueStorage, userId: string) {
    this.#storage = storage
    this.#key = `rufer:outbox:${userId}`
  }

  rows(): OutboxRow[] {
    try {
      const rows: unknown = JSON.parse(this.#storage.getItem(this.#key) ?? '[]')
      return Array.isArray(rows) ? rows.filter(isRow) : []
    } catch {
      return []
    }
  }

  /** Keeps a row in its place. Reads before it writes, because other pages keep their rows here too. */
  keep(row: OutboxRow): void {
    const rows = this.rows()
    const isKnown = rows.some(({ id }) => id === row.id)
    this.#write(isKnown ? rows.map((old) => (old.id === row.id ? row : old)) : [...rows, row])
  }

  forget(id: string): void {
    this.#write(this.rows().filter((row) => row.id !== id))
  }

  #write(rows: OutboxRow[]): void {
    try {
      if (rows.length > 0) this.#storage.setItem(this.#key, JSON.stringify(rows))
      else this.#storage.removeItem(this.#key)
    } catch {
      // Blocked or full: see above.
    }
  }
}

function isRow(value: unknown): value is OutboxRow {
  if (typeof value !== 'object' || value === null) return false
  return 'id' in value && typeof value.id === 'string' && 'text' in value && typeof value.text === 'string'
}
