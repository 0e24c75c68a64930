// Sending: messages on their way, from the draft to the stored message, and those who wait to hear of it.
import { v7 } from 'uuid'
import type { Message } from '#rufer/shared/model/message.ts'
import type { ParamsInput, Result } from '#rufer/shared/protocol/methods.ts'
import type { Clock } from './clock.ts'
import type { KeyValueStorage, Locks } from './outbox-storage.ts'
import { Outbox, type OutboxRow } from './outbox.ts'
import { RequestError } from './request-error.ts'

/** A message to a conversation, or to a user whose direct conversation is opened on the way. */
export type Draft = { text: string; id?: string } & ({ conversationId: string } | { userId: string })

export interface SendingOptions {
  clock: Clock
  random: () => number
  storage: (() => KeyValueStorage) | undefined
  locks: Locks | undefined
  /** Asks the server to store it; throws a `RequestError`. */
  request: (params: ParamsInput<'message.send'>) => Promise<Result<'message.send'>>
  /** whether the message was told as an event already, or never will be */
  isSeen: (sent: Result<'message.send'>) => boolean
  onChange: (rows: readonly OutboxRow[]) => void
  onUnkept: (reason: unknown) => void
  /** Gives the connection up, as if the network had failed. */
  drop: () => void
}

interface Waiting {
  resolve(message: Message): void
  reject(error: RequestError): void
}

export class Sending {
  readonly #options: SendingOptions
  readonly #waiting = new Map<string, Waiting>()
  readonly outbox: Outbox
  #losesReply = false

  constructor(options: SendingOptions) {
    this.#options = options
    this.outbox = new Outbox({
      ...options,
      send: (row) => this.#store(row),
      onSent: (message) => this.#settle(message.id, (waiting) => waiting.resolve(message)),
      onFailed: ({ id }, error) => this.#settle(id, (waiting) => waiting.reject(error)),
    })
  }

  /** Queues a message and waits until it is stored; throws a `RequestError` when it was refused. */
  send(draft: Draft): Promise<Message> {
    return new Promise((resolve, reject) => {
      const id = draft.id ?? v7()
      this.#waiting.set(id, { resolve, reject })
      this.queue({ ...draft, id })
    })
  }

  queue(draft: Draft): string {
    const id = draft.id ?? v7()
    this.outbox.add({ ...draft, id, createdAt: new Date(this.#options.clock.now()).toISOString() })
    return id
  }

  /** A message in its conversation is no longer on its way, even if the reply that said so was lost. */
  arrived(message: Message): void {
    this.outbox.remove(message.id)
    this.#settle(message.id, (waiting) => waiting.resolve(message))
  }

  /** Takes a message back; one that is under way may be stored all the same. */
  withdraw(id: string): void {
    this.outbox.remove(id)
    this.#settle(id, (waiting) => waiting.reject(RequestError.withdrawn()))
  }

  /** Takes all of the user's messages back, for good. */
  forget(): void {
    for (const { id } of this.outbox.clear())
      this.#settle(id, (waiting) => waiting.reject(RequestError.withdrawn()))
  }

  /** Takes the reply to the next message as lost, and the connection with it. */
  loseNextReply(): void {
    this.#losesReply = true
  }

  async #store({ id, text, conversationId, userId }: OutboxRow) {
    const target = { ...(conversationId && { conversationId }), ...(userId && !conversationId && { userId }) }
    const sent = await this.#options.request({ id, text, ...target })
    if (this.#losesReply) {
      this.#losesReply = false
      this.#options.drop()
      throw RequestError.lost()
    }
    return { message: sent.message, isSeen: this.#options.isSeen(sent) }
  }

  #settle(id: string, settle: (waiting: Waiting) => void): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (waiting) settle(waiting)
  }
}
