// CatchUp: follows the revisions of every conversation heard of, and asks for what was missed.
import type { Conversation } from '#rufer/shared/model/conversation.ts'
import type { Message } from '#rufer/shared/model/message.ts'
import type { Presence } from '#rufer/shared/model/presence.ts'
import { PAGE_SIZE, SYNC_CONVERSATIONS, WATCH_AT_ONCE } from '#rufer/shared/protocol/limits.ts'
import type { Method, ParamsInput, Result } from '#rufer/shared/protocol/methods.ts'
import {
  conversationOf,
  mergePage,
  receiveEvent,
  seenWith,
  type RevEvent,
  type Seen,
  type Step,
} from './sync.ts'

export interface CatchUpOptions {
  /** Asks until it is answered; throws a `RequestError` when the connection is lost. */
  ask<M extends Method>(method: M, params: ParamsInput<M>): Promise<Result<M>>
  onEvent(event: RevEvent): void
  onConversation(conversation: Conversation): void
  onPresence(presence: Presence): void
}

export class CatchUp {
  readonly #options: CatchUpOptions
  readonly #seen = new Map<string, Seen>()
  readonly #listed = new Set<string>()
  readonly #watched = new Set<string>()
  readonly #behind = new Set<string>()
  #hasWholeList = false
  #asking: Promise<void> | undefined

  constructor(options: CatchUpOptions) {
    this.#options = options
  }

  /** Follows a conversation from the state it was given in; one that is followed already goes on from where it was. */
  track(conversation: Conversation): void {
    if (!this.#seen.has(conversation.id)) this.#seen.set(conversation.id, seenWith(conversation))
  }

  /** A page of the list, to be asked again after every reconnect. */
  trackList({ conversations, nextCursor }: Result<'conversation.list'>): void {
    for (const conversation of conversations) {
      this.track(conversation)
      this.#listed.add(conversation.id)
    }
    this.#hasWholeList ||= nextCursor === null
  }

  watch(userIds: readonly string[]): void {
    for (const userId of userIds) this.#watched.add(userId)
  }

  hasSeen(message: Message): boolean {
    return (this.#seen.get(message.conversationId)?.rev ?? -1) >= message.rev
  }

  isTracking(conversationId: string): boolean {
    return this.#seen.has(conversationId)
  }

  /** Takes an event as it came; what is the next in order goes on to `onEvent`, a gap is asked for. */
  receive(event: RevEvent): void {
    const id = conversationOf(event)
    this.#apply(id, receiveEvent(this.#seen.get(id), event))
  }

  /** Asks for whatever is missing; ends when nothing is. */
  fill(): Promise<void> {
    this.#asking ??= this.#fill().finally(() => (this.#asking = undefined))
    return this.#asking
  }

  /** After a reconnect: the list as far as it was held, every presence, and every change since. */
  async run(): Promise<void> {
    // What an earlier connection still asked for is asked again below.
    await this.#asking?.catch(() => undefined)
    for (const id of this.#seen.keys()) this.#behind.add(id)
    await this.#listAgain()
    await this.#watchAgain()
    await this.fill()
  }

  hasGap(): boolean {
    return this.#behind.size > 0
  }

  /** Profiles take no rev: only the list tells of their changes, and of conversations made meanwhile. */
  async #listAgain(): Promise<void> {
    const missing = new Set(this.#listed)
    let cursor: string | null | undefined
    while (missing.size > 0 && cursor !== null) {
      const params = { limit: PAGE_SIZE, ...(cursor && { cursor }) }
      const page: Result<'conversation.list'> = await this.#options.ask('conversation.list', params)
      for (const conversation of page.conversations) {
        missing.delete(conversation.id)
        this.#found(conversation)
      }
      cursor = page.nextCursor
    }
  }

  #found(conversation: Conversation): void {
    // With the whole list held, one that is not in it was made meanwhile: nothing of it was seen.
    if (this.#hasWholeList && !this.#seen.has(conversation.id)) {
      this.#seen.set(conversation.id, { rev: 0, seq: 0, held: [] })
      this.#behind.add(conversation.id)
    }
    this.track(conversation)
    this.#listed.add(conversation.id)
    this.#options.onConversation(conversation)
  }

  async #watchAgain(): Promise<void> {
    const userIds = [...this.#watched]
    for (let from = 0; from < userIds.length; from += WATCH_AT_ONCE) {
      const params = { userIds: userIds.slice(from, from + WATCH_AT_ONCE) }
      const { presences } = await this.#options.ask('presence.watch', params)
      for (const presence of presences) this.#options.onPresence(presence)
    }
  }

  async #fill(): Promise<void> {
    while (this.#behind.size > 0) {
      const ids = [...this.#behind].slice(0, SYNC_CONVERSATIONS)
      const revs = Object.fromEntries(ids.map((id) => [id, this.#seen.get(id)?.rev ?? 0]))
      const { conversations, remaining = [] } = await this.#options.ask('conversation.sync', { revs })
      const unanswered = new Set(remaining)
      for (const id of ids) if (!unanswered.has(id) && !this.#isHolding(id)) this.#behind.delete(id)
      for (const page of conversations) {
        const { id } = page.conversation
        this.#behind.delete(id)
        this.#apply(id, mergePage(this.#seen.get(id) ?? seenWith(page.conversation), page))
        if (page.hasMore) this.#behind.add(id)
        else this.#options.onConversation(page.conversation)
      }
    }
  }

  #isHolding(id: string): boolean {
    return (this.#seen.get(id)?.held.length ?? 0) > 0
  }

  #apply(id: string, { seen, deliver, gap }: Step): void {
    this.#seen.set(id, seen)
    if (gap) this.#behind.add(id)
    for (const event of deliver) this.#options.onEvent(event)
  }
}
