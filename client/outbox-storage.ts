// OutboxStorage: where unsent messages outlive the page. Each page keeps its own, and takes up those of pages that ended.
import { v7 } from 'uuid'
import type { OutboxRow } from './outbox.ts'

/** `localStorage` is one. */
export interface KeyValueStorage {
  readonly length: number
  key(index: number): string | null
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

/** `navigator.locks` is one: a lock ends with the page that holds it. */
export interface Locks {
  request(
    name: string,
    options: { ifAvailable: true },
    granted: (lock: object | null) => Promise<void> | undefined,
  ): Promise<unknown>
}

export interface OutboxStorageOptions {
  /** may throw, as browsers do where storage is blocked */
  storage: () => KeyValueStorage
  /** without one a page takes up the rows of those still open, too: sent twice, they are stored once all the same */
  locks: Locks | undefined
  /** Called when rows are not kept, once until all are again. */
  onFailure: (reason: unknown) => void
}

/** The most characters kept of one page, a fifth of what browsers give a site. */
const MOST_CHARS = 1_000_000

export class OutboxStorage {
  readonly #options: OutboxStorageOptions
  readonly #prefix: string
  /** of what this page keeps; whoever holds the lock of that name may send it */
  readonly #ownKey: string
  /** of pages that ended, whose rows are this page's now */
  readonly #takenKeys = new Set<string>()
  #keptIds: ReadonlySet<string> = new Set()
  #hasLooked = false
  #isFailing = false

  constructor(userId: string, options: OutboxStorageOptions) {
    this.#options = options
    // No user's id holds a slash.
    this.#prefix = `rufer:outbox:${userId}/`
    this.#ownKey = this.#prefix + v7()
  }

  /** The rows of the user's pages that ended since, in the order typed; from now on they are this page's. */
  async takeUp(): Promise<OutboxRow[]> {
    if (this.#hasLooked && !this.#options.locks) return []
    if (!this.#hasLooked) await this.#hold(this.#ownKey)
    this.#hasLooked = true
    const isFree = await Promise.all(this.#keysOfOthers().map(async (key) => (await this.#hold(key)) && key))
    const keys = isFree.filter((key) => key !== false)
    for (const key of keys) this.#takenKeys.add(key)
    return keys.flatMap((key) => this.#rowsAt(key))
  }

  /** Keeps these rows and no others; gives the ids of those that are kept, the first ones where there is not room for all. */
  keep(rows: readonly OutboxRow[]): ReadonlySet<string> {
    const texts = fitting(rows)
    try {
      this.#write(texts)
      this.#keptIds = new Set(rows.slice(0, texts.length).map(({ id }) => id))
      if (texts.length === rows.length) this.#keptAll()
      else this.#fail(`more than ${MOST_CHARS} characters are unsent`)
    } catch (error) {
      // Blocked or full: what was kept before still is.
      this.#fail(error)
    }
    return this.#keptIds
  }

  /** Forgets all of the user's rows, those of other pages too. */
  clear(): void {
    this.#keptIds = new Set()
    try {
      const storage = this.#options.storage()
      for (const key of [this.#ownKey, ...this.#keysOfOthers()]) storage.removeItem(key)
    } catch (error) {
      this.#fail(error)
    }
  }

  #write(texts: string[]): void {
    const storage = this.#options.storage()
    if (texts.length > 0) storage.setItem(this.#ownKey, `[${texts.join()}]`)
    else storage.removeItem(this.#ownKey)
  }

  /** What was taken up is forgotten under its old name, not before it is kept as this page's own. */
  #keptAll(): void {
    for (const key of this.#takenKeys) this.#options.storage().removeItem(key)
    this.#takenKeys.clear()
    this.#isFailing = false
  }

  #fail(reason: unknown): void {
    if (!this.#isFailing) this.#options.onFailure(reason)
    this.#isFailing = true
  }

  /** The oldest page first: their names begin with the time they came. */
  #keysOfOthers(): string[] {
    try {
      const storage = this.#options.storage()
      const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '')
      return keys.filter((key) => key.startsWith(this.#prefix) && key !== this.#ownKey).toSorted()
    } catch {
      // Blocked, which is said as soon as there is something to keep.
      return []
    }
  }

  #rowsAt(key: string): OutboxRow[] {
    try {
      const rows: unknown = JSON.parse(this.#options.storage().getItem(key) ?? '[]')
      return Array.isArray(rows) ? rows.filter(isRow) : []
    } catch {
      // Spoilt, by whomever: there is nothing to take up.
      return []
    }
  }

  /** Holds a lock until the page ends; resolves with whether it was free. */
  #hold(name: string): Promise<boolean> {
    const { locks } = this.#options
    if (!locks) return Promise.resolve(true)
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const held = locks.request(name, { ifAvailable: true }, (lock) => {
      resolve(lock !== null)
      return lock === null ? undefined : new Promise(() => undefined)
    })
    held.catch(() => resolve(false))
    return promise
  }
}

/** As many rows, as JSON, as there is room for. */
function fitting(rows: readonly OutboxRow[]): string[] {
  const texts: string[] = []
  let chars = 0
  for (const row of rows) {
    const text = JSON.stringify(row)
    chars += text.length
    if (chars > MOST_CHARS) break
    texts.push(text)
  }
  return texts
}

function isRow(value: unknown): value is OutboxRow {
  if (typeof value !== 'object' || value === null) return false
  return (
    'id' in value &&
    typeof value.id === 'string' &&
    'text' in value &&
    typeof value.text === 'string' &&
    'state' in value &&
    (value.state === 'sending' || value.state === 'failed')
  )
}
