// CatchUp: follows the revisions of every conversation heard of, and asks for what was missed.
import type { Conversation } from '#rufer/shared/model/conversation.ts'
import type { Message } from '#rufer/shared/model/message.ts'
import { PAGE_SIZE, SYNC_CONVERSATIONS } from '#rufer/shared/protocol/limits.ts'
import type { Method, ParamsInput, Result } from '#rufer/shared/protocol/methods.ts'
import {
  conversationOf,
  mergePage,
  receiveEvent,
  seenWith,
  type RevEvent,
  type Seen,
  type Step,
  type SyncPage,
} from './sync.ts'

export interface CatchUpOptions {
  /** Asks until it is answered; throws a `RequestError` when the connection is lost. */
  ask<M extends Method>(method: M, params: ParamsInput<M>): Promise<Result<M>>
  onEvent(event: RevEvent): void
  onConversation(conversation: Conversation): void
  /** Asks for the presence of everybody who is watched. */
  watchAgain(): Promise<void>
}

export class CatchUp {
  readonly #options: CatchUpOptions
  readonly #seen = new Map<string, Seen>()
  readonly #behind = new Set<string>()
  /** How far the pages of the list reach that are held: an `updatedAt`; null: to its end. */
  #listedTo: string | null | undefined
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
    for (const conversation of conversations) this.track(conversation)
    const last = conversations.at(-1)?.updatedAt
    if (nextCursor === null) this.#listedTo = null
    else if (last !== undefined && this.#isBeyondList(last)) this.#listedTo = last
  }

  /** A conversation of the list, which tells of changes of profiles. */
  learn(conversation: Conversation): void {
    // With the whole list held, one that is not in it was made meanwhile: nothing of it was seen.
    if (this.#listedTo === null && !this.#seen.has(conversation.id)) {
      this.#seen.set(conversation.id, { ...seenWith(conversation), rev: 0, seq: 0 })
      this.#behind.add(conversation.id)
    }
    this.track(conversation)
    this.#options.onConversation(conversation)
  }

  hasSeen(message: Message): boolean {
    return (this.#seen.get(message.conversationId)?.rev ?? -1) >= message.rev
  }

  isTracking(conversationId: string): boolean {
    return this.#seen.has(conversationId)
  }

  /** How far a conversation was seen; undefined for one never heard of. */
  revOf(conversationId: string): number | undefined {
    return this.#seen.get(conversationId)?.rev
  }

  /** How far the newest conversations were seen, as `conversation.sync` asks for it. */
  newestRevs(most: number): Record<string, number> {
    const newest = [...this.#seen]
      .toSorted(([, a], [, b]) => (a.updatedAt < b.updatedAt ? 1 : -1))
      .slice(0, most)
    return Object.fromEntries(newest.map(([id, { rev }]) => [id, rev]))
  }

  /** Whether any page of the list is held. */
  get isListed(): boolean {
    return this.#listedTo !== undefined
  }

  /** Whether it belongs to the pages of the list that are held. */
  isInList({ updatedAt }: Conversation): boolean {
    return !this.#isBeyondList(updatedAt)
  }

  /**
   * Takes an event as it came; what is the next in order goes on to `onEvent`.
   *
   * @returns whether it shows a gap that was not known; `fill` asks for what is missing
   */
  receive(event: RevEvent): boolean {
    const id = conversationOf(event)
    const wasBehind = this.#behind.has(id)
    this.#apply(id, receiveEvent(this.#seen.get(id), event))
    return !wasBehind && this.#behind.has(id)
  }

  /** Something of that conversation is missing; `fill` asks for it. */
  suspect(conversationId: string): void {
    if (this.#seen.has(conversationId)) this.#behind.add(conversationId)
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
    await this.#options.watchAgain()
    await this.fill()
  }

  hasGap(): boolean {
    return this.#behind.size > 0
  }

  /**
   * Profiles take no rev: only the list tells of their changes, and of conversations made meanwhile. Conversations move
   * up in it and never down, so that all that belongs to the pages held stands above the place where they ended.
   */
  async #listAgain(): Promise<void> {
    if (this.#listedTo === undefined) return
    let cursor: string | null | undefined
    do {
      const params = { limit: PAGE_SIZE, ...(cursor && { cursor }) }
      const page: Result<'conversation.list'> = await this.#options.ask('conversation.list', params)
      for (const conversation of page.conversations) {
        if (this.#isBeyondList(conversation.updatedAt)) return
        this.learn(conversation)
      }
      cursor = page.nextCursor
    } while (cursor !== null)
  }

  #isBeyondList(updatedAt: string): boolean {
    return this.#listedTo === undefined || (this.#listedTo !== null && updatedAt < this.#listedTo)
  }

  async #fill(): Promise<void> {
    while (this.#behind.size > 0) {
      const ids = [...this.#behind].slice(0, SYNC_CONVERSATIONS)
      const revs = Object.fromEntries(ids.map((id) => [id, this.#seen.get(id)?.rev ?? 0]))
      const { conversations, remaining = [] } = await this.#options.ask('conversation.sync', { revs })
      const isNothing = conversations.length === 0 && remaining.length === 0
      if (isNothing && ids.some((id) => this.#isHolding(id)))
        throw new Error('unable to catch up; the server has nothing of what is missing')
      const unanswered = new Set(remaining)
      for (const id of ids) if (!unanswered.has(id) && !this.#isHolding(id)) this.#behind.delete(id)
      for (const page of conversations) this.#merge(page)
    }
  }

  #merge(page: SyncPage): void {
    const { conversation, hasMore } = page
    this.#behind.delete(conversation.id)
    this.#apply(conversation.id, mergePage(this.#seen.get(conversation.id) ?? seenWith(conversation), page))
    if (hasMore) this.#behind.add(conversation.id)
    else this.#options.onConversation(conversation)
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
