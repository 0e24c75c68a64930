// Level: what the client holds ends equal to what the server has, after every connect and while connected.
import type { Conversation } from '#rufer/shared/model/conversation.ts'
import { SYNC_CONVERSATIONS } from '#rufer/shared/protocol/limits.ts'
import type { Method, ParamsInput, Result } from '#rufer/shared/protocol/methods.ts'
import type { CatchUp } from './catch-up.ts'
import type { Clock } from './clock.ts'
import type { Connection, Session } from './connection.ts'
import type { Outbox } from './outbox.ts'
import { conversationOf, type RevEvent } from './sync.ts'

export interface LevelOptions {
  connection: Connection
  catchUp: CatchUp
  outbox: Outbox
  clock: Clock
  /** Asks once; throws a `RequestError`. */
  ask: <M extends Method>(method: M, params: ParamsInput<M>) => Promise<Result<M>>
  /** Something that the server should have told was missing, and is asked for. */
  onGap: (conversationId: string) => void
  onConversation: (conversation: Conversation) => void
  onFailure: (operation: string, error: unknown) => void
}

/** How long what a check found missing may still be on its way as an event. */
const ON_ITS_WAY_MS = 5_000

/** Where a conversation should be, as the server said; `listed`: its whole view, where the list told. */
interface Claim {
  id: string
  rev: number
  listed?: Conversation
}

export class Level {
  readonly #options: LevelOptions
  #checking: Promise<void> | undefined

  constructor(options: LevelOptions) {
    this.#options = options
  }

  /**
   * The connection is there, and its events come from now on: reads what was missed, and only then sends what was typed
   * meanwhile, since sending marks everything before as read.
   */
  async resume(): Promise<void> {
    const { connection, catchUp, outbox } = this.#options
    const { session } = connection
    if (!session) return
    const loaded = outbox.load(session.userId)
    try {
      await catchUp.run()
    } catch (error) {
      return this.#drop('catch up', { error, session })
    }
    await loaded
    if (connection.session !== session) return
    connection.markLive()
    outbox.open()
    void this.#mend()
  }

  /** Takes an event; one that comes before those that it follows shows a gap, which is mended at once. */
  receive(event: RevEvent): void {
    const { connection, catchUp, onGap } = this.#options
    const isGap = catchUp.receive(event)
    if (connection.status.state !== 'live') return
    if (isGap) onGap(conversationOf(event))
    void this.#mend()
  }

  /**
   * Asks whether anything was missed although no event showed it, mends what was, and takes over what pages that ended
   * left unsent. Does nothing while it is not live.
   */
  check(): Promise<void> {
    this.#checking ??= this.#check().finally(() => (this.#checking = undefined))
    return this.#checking
  }

  async #check(): Promise<void> {
    const { connection, outbox, onFailure } = this.#options
    const { session } = connection
    if (!session || connection.status.state !== 'live') return
    try {
      await outbox.load(session.userId)
      const claims = this.#open([...(await this.#claimsOfSync()), ...(await this.#claimsOfList())])
      if (claims.length === 0) return
      await this.#wait(ON_ITS_WAY_MS)
      if (connection.session === session) await this.#settle(this.#open(claims))
    } catch (error) {
      onFailure('check', error)
    }
  }

  /** The newest conversations, by their revs alone: the answer is empty when all are level. */
  async #claimsOfSync(): Promise<Claim[]> {
    const revs = this.#options.catchUp.newestRevs(SYNC_CONVERSATIONS)
    if (Object.keys(revs).length === 0) return []
    const { conversations, remaining = [] } = await this.#options.ask('conversation.sync', { revs, limit: 1 })
    return [
      ...conversations.map(({ conversation: { id, rev } }) => ({ id, rev })),
      ...remaining.map((id) => ({ id, rev: (revs[id] ?? 0) + 1 })),
    ]
  }

  /** Conversations made meanwhile, and profiles, which take no rev. */
  async #claimsOfList(): Promise<Claim[]> {
    const { catchUp, ask, onConversation } = this.#options
    if (!catchUp.isListed) return []
    const page = await ask('conversation.list', {})
    const listed = page.conversations.filter((conversation) => catchUp.isInList(conversation))
    for (const conversation of listed)
      if (catchUp.revOf(conversation.id) === conversation.rev) onConversation(conversation)
    return listed.map((conversation) => ({
      id: conversation.id,
      rev: conversation.rev,
      listed: conversation,
    }))
  }

  /** Those that are still not where they should be, each once. */
  #open(claims: Claim[]): Claim[] {
    const behind = claims.filter(({ id, rev }) => (this.#options.catchUp.revOf(id) ?? -1) < rev)
    return [...new Map(behind.map((claim) => [claim.id, claim])).values()]
  }

  async #settle(claims: Claim[]): Promise<void> {
    const { catchUp, onGap } = this.#options
    for (const { id, listed } of claims) {
      onGap(id)
      if (listed) catchUp.learn(listed)
      catchUp.suspect(id)
    }
    await this.#mend()
  }

  async #mend(): Promise<void> {
    const { connection, catchUp } = this.#options
    const { session } = connection
    if (catchUp.hasGap())
      await catchUp.fill().catch((error: unknown) => this.#drop('fill gap', { error, session }))
  }

  /** What cannot be caught up with on this connection may be on the next. */
  #drop(operation: string, { error, session }: { error: unknown; session: Session | undefined }): void {
    const { connection, onFailure } = this.#options
    onFailure(operation, error)
    if (session && connection.session === session) connection.drop()
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#options.clock.after(ms, resolve)
    })
  }
}
