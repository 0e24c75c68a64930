// Outbox: messages on their way, sent one after the other under the same id until the server's answer is definite.
import type { Message } from '#rufer/shared/model/message.ts'
import type { Clock } from './clock.ts'
import { OutboxStorage, type KeyValueStorage, type Locks } from './outbox-storage.ts'
import { RequestError, type RequestErrorCode } from './request-error.ts'
import { backoffMs } from './backoff.ts'

/** A message that is not in its conversation yet. */
export interface OutboxRow {
  /** the message's final id */
  id: string
  text: string
  /** ISO 8601, by the clock of this machine */
  createdAt: string
  conversationId?: string
  /** instead of a conversation: opens the direct one with that user */
  userId?: string
  /** `sent`: stored, and about to be seen in its conversation */
  state: 'sending' | 'sent' | 'failed'
  /** why it failed */
  error?: { code: RequestErrorCode; message: string }
  /** whether it outlives the page */
  isKept: boolean
}

export interface OutboxOptions {
  clock: Clock
  random: () => number
  /** none: rows end with the page */
  storage?: (() => KeyValueStorage) | undefined
  locks?: Locks | undefined
  /** Sends a row; throws a `RequestError`. Tells whether the message was seen in its conversation already. */
  send: (row: OutboxRow) => Promise<{ message: Message; isSeen: boolean }>
  onChange: (rows: readonly OutboxRow[]) => void
  onSent: (message: Message) => void
  onFailed: (row: OutboxRow, error: RequestError) => void
  /** Rows are not kept in the storage, for that reason. */
  onUnkept: (reason: unknown) => void
}

export class Outbox {
  readonly #options: OutboxOptions
  #rows: readonly OutboxRow[] = []
  #storage: OutboxStorage | undefined
  #isOpen = false
  #isSending = false
  #failures = 0
  #cancelWait: (() => void) | undefined

  constructor(options: OutboxOptions) {
    this.#options = options
  }

  /** In the order typed. */
  get rows(): readonly OutboxRow[] {
    return this.#rows
  }

  /** Takes up what the user's pages that ended left unsent, before what is here; what was typed before is kept, too. */
  async load(userId: string): Promise<void> {
    const { storage, locks, onUnkept } = this.#options
    if (!storage) return
    const isFirst = !this.#storage
    this.#storage ??= new OutboxStorage(userId, { storage, locks, onFailure: onUnkept })
    const earlier = (await this.#storage.takeUp()).filter(({ id }) => !this.#find(id))
    if (!isFirst && earlier.length === 0) return
    this.#set([...earlier, ...this.#rows])
    void this.#sendNext()
  }

  /** Begins to send: everything that was missed has been caught up with, and what was stored has been seen. */
  open(): void {
    this.#isOpen = true
    this.#failures = 0
    this.#set(this.#rows.filter(({ state }) => state !== 'sent'))
    void this.#sendNext()
  }

  /** Holds everything until the next `open`. */
  hold(): void {
    this.#isOpen = false
    this.#cancelWait?.()
    this.#cancelWait = undefined
  }

  add(row: Pick<OutboxRow, 'id' | 'text' | 'createdAt' | 'conversationId' | 'userId'>): void {
    this.#put({ ...row, state: 'sending', isKept: false })
    void this.#sendNext()
  }

  /** Sends a failed row again, under its id. */
  retry(id: string): void {
    const row = this.#find(id)
    if (row?.state !== 'failed') return
    const { error: _, ...rest } = row
    this.#put({ ...rest, state: 'sending' })
    void this.#sendNext()
  }

  /** Forgets a row; one that is under way may be stored all the same. */
  remove(id: string): void {
    if (this.#find(id)) this.#set(this.#rows.filter((row) => row.id !== id))
  }

  /** Forgets all rows of the user, those of other pages too; gives those that were here. */
  clear(): readonly OutboxRow[] {
    const rows = this.#rows
    this.#set([])
    this.#storage?.clear()
    return rows
  }

  async #sendNext(): Promise<void> {
    const row = this.#rows.find(({ state }) => state === 'sending')
    if (!row || !this.#isOpen || this.#isSending || this.#cancelWait) return
    this.#isSending = true
    try {
      this.#sent(row, await this.#options.send(row))
    } catch (error) {
      this.#refused(row, toRequestError(error))
    }
    this.#isSending = false
    void this.#sendNext()
  }

  #sent(row: OutboxRow, { message, isSeen }: { message: Message; isSeen: boolean }): void {
    this.#failures = 0
    if (this.#find(row.id) && !isSeen)
      this.#put({ ...row, conversationId: message.conversationId, state: 'sent' })
    else this.remove(row.id)
    this.#options.onSent(message)
  }

  #refused(row: OutboxRow, error: RequestError): void {
    if (error.retryable) return this.#wait(error)
    const { code, message } = error
    const failed: OutboxRow = { ...row, state: 'failed', error: { code, message } }
    if (this.#find(row.id)) this.#put(failed)
    this.#options.onFailed(failed, error)
  }

  /** A retryable error holds the rest back as well, which keeps their order. */
  #wait(error: RequestError): void {
    if (!this.#isOpen) return
    this.#failures++
    const { clock, random } = this.#options
    this.#cancelWait = clock.after(error.retryAfterMs ?? backoffMs(this.#failures, random), () => {
      this.#cancelWait = undefined
      void this.#sendNext()
    })
  }

  #find(id: string): OutboxRow | undefined {
    return this.#rows.find((row) => row.id === id)
  }

  #put(row: OutboxRow): void {
    const isNew = !this.#find(row.id)
    this.#set(isNew ? [...this.#rows, row] : this.#rows.map((old) => (old.id === row.id ? row : old)))
  }

  #set(rows: readonly OutboxRow[]): void {
    const kept = this.#storage?.keep(rows.filter(({ state }) => state !== 'sent'))
    this.#rows = kept ? rows.map((row) => marked(row, kept.has(row.id))) : rows
    this.#options.onChange(this.#rows)
  }
}

function marked(row: OutboxRow, isKept: boolean): OutboxRow {
  return row.isKept === isKept ? row : { ...row, isKept }
}

function toRequestError(error: unknown): RequestError {
  if (error instanceof RequestError) return error
  return new RequestError('internal', {
    message: `unable to send message; ${String(error)}`,
    retryable: false,
  })
}
