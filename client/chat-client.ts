// ChatClient: a user's side of the protocol. Connects, stays connected, and tells everything once and in order.
import { v7 } from 'uuid'
import type { Conversation } from '#rufer/shared/model/conversation.ts'
import type { Message } from '#rufer/shared/model/message.ts'
import type { Presence } from '#rufer/shared/model/presence.ts'
import type { User } from '#rufer/shared/model/user.ts'
import type { ChatEvent, EventData, EventName } from '#rufer/shared/protocol/events.ts'
import type { Method, ParamsInput, Result } from '#rufer/shared/protocol/methods.ts'
import { CatchUp } from './catch-up.ts'
import { systemClock, type Clock } from './clock.ts'
import { Connection, type Session, type SessionToken } from './connection.ts'
import { Emitter } from './emitter.ts'
import type { KeyValueStorage } from './outbox-storage.ts'
import { Outbox, type OutboxRow } from './outbox.ts'
import { RequestError } from './request-error.ts'
import { Requests } from './requests.ts'
import { retrying } from './retry.ts'
import type { SocketConstructor } from './socket.ts'
import type { ConnectionStatus } from './status.ts'
import { takesRev } from './sync.ts'
import type { Trace } from './trace.ts'

export interface ChatClientOptions {
  /** where the protocol is spoken, `wss://chat.example.com/ws` */
  url: string
  /** gets a session token from your back end, anew for every attempt; throws `TokenRefused` to stay closed */
  getToken: (signal: AbortSignal) => Promise<SessionToken>
  /** the browser's, Node's, or the `ws` package's */
  WebSocket: SocketConstructor
  /** keeps unsent messages over a reload; @default none */
  storage?: KeyValueStorage
  /** failed attempts in a row before it gives up; @default Infinity */
  maxAttempts?: number
  /** @default the system's */
  clock?: Clock
  /** @default Math.random */
  random?: () => number
}

export type ChatClientEvents = { [E in EventName]: EventData<E> } & {
  status: ConnectionStatus
  /** the messages on their way, in the order typed, whenever one of them changed */
  'outbox.changed': { rows: readonly OutboxRow[] }
  trace: Trace
}

/** A message to a conversation, or to a user whose direct conversation is opened on the way. */
export type Draft = { text: string; id?: string } & ({ conversationId: string } | { userId: string })

interface Waiting {
  resolve(message: Message): void
  reject(error: RequestError): void
}

export class ChatClient {
  readonly #emitter = new Emitter<ChatClientEvents>()
  readonly #waiting = new Map<string, Waiting>()
  readonly #clock: Clock
  readonly #random: () => number
  readonly #connection: Connection
  readonly #requests: Requests
  readonly #catchUp: CatchUp
  readonly #outbox: Outbox

  constructor({ clock = systemClock, random = Math.random, ...options }: ChatClientOptions) {
    this.#clock = clock
    this.#random = random
    this.#requests = new Requests(clock, (frame) => this.#connection.send(frame))
    this.#connection = new Connection({
      maxAttempts: Number.POSITIVE_INFINITY,
      ...options,
      clock,
      random,
      ping: () => void this.ping().catch((error: unknown) => this.#report('ping', error)),
      onLost: (refused) => this.#lose(refused),
      onStatus: (status) => this.#emitter.emit('status', status),
      onEvent: (event) => this.#receive(event),
      onReply: (reply) => this.#requests.settle(reply),
      onTrace: (trace) => this.#emitter.emit('trace', trace),
    })
    this.#catchUp = this.#createCatchUp()
    this.#outbox = this.#createOutbox(options.storage)
  }

  get status(): ConnectionStatus {
    return this.#connection.status
  }

  /** Who one is and what the server allows; undefined while not connected. */
  get session(): Session | undefined {
    return this.#connection.session
  }

  /** The messages on their way. */
  get outbox(): readonly OutboxRow[] {
    return this.#outbox.rows
  }

  /** Calls `listener` at every such event; the returned function ends it. */
  on<E extends keyof ChatClientEvents>(event: E, listener: (data: ChatClientEvents[E]) => void): () => void {
    return this.#emitter.on(event, listener)
  }

  /** Connects, and from then on reconnects by itself. */
  connect(): void {
    this.#connection.open()
  }

  close(): void {
    this.#connection.close()
  }

  /** A hint that a connection may be had now: the network came back, the page became visible. */
  reconnectNow(): void {
    this.#connection.reconnectNow()
  }

  /** Gives the socket up as if the network had failed. */
  dropConnection(): void {
    this.#connection.drop()
  }

  /**
   * Sends a message: at once when live, else as soon as the client is.
   *
   * @returns the message as stored
   * @throws RequestError when the server refused it; the row stays in the outbox as `failed`
   */
  sendMessage(draft: Draft): Promise<Message> {
    return new Promise((resolve, reject) => {
      const id = draft.id ?? v7()
      this.#waiting.set(id, { resolve, reject })
      this.queueMessage({ ...draft, id })
    })
  }

  /** As `sendMessage`, but what becomes of it is told by `outbox.changed` and `message.created` alone. */
  queueMessage(draft: Draft): string {
    const id = draft.id ?? v7()
    this.#outbox.add({ ...draft, id, createdAt: new Date(this.#clock.now()).toISOString() })
    return id
  }

  /** Sends a failed message again. */
  retryMessage(id: string): void {
    this.#outbox.retry(id)
  }

  /** Takes an unsent message back. */
  removeMessage(id: string): void {
    this.#outbox.remove(id)
  }

  /** A page of messages, ascending by seq. */
  listMessages(params: ParamsInput<'message.list'>): Promise<Result<'message.list'>> {
    return this.#request('message.list', params)
  }

  /** The direct conversation with that user. */
  async openConversation(userId: string): Promise<Conversation> {
    return this.#tracked(await this.#request('conversation.open', { userId }))
  }

  async getConversation(conversationId: string): Promise<Conversation> {
    return this.#tracked(await this.#request('conversation.get', { conversationId }))
  }

  /** A page of conversations, newest first; pages once asked for are kept up to date over reconnects. */
  async listConversations(
    params: ParamsInput<'conversation.list'> = {},
  ): Promise<Result<'conversation.list'>> {
    const page = await this.#request('conversation.list', params)
    this.#catchUp.trackList(page)
    return page
  }

  /** Moves one's own markers: everything up to there was delivered, or read. */
  updateReceipt(params: ParamsInput<'receipt.update'>): Promise<Result<'receipt.update'>> {
    return this.#request('receipt.update', params)
  }

  async startTyping(conversationId: string): Promise<void> {
    await this.#request('typing.start', { conversationId })
  }

  async stopTyping(conversationId: string): Promise<void> {
    await this.#request('typing.stop', { conversationId })
  }

  /** The users' presence now, and by `presence.changed` from now on, over reconnects too. */
  async watchPresence(userIds: string[]): Promise<Presence[]> {
    this.#catchUp.watch(userIds)
    const { presences } = await this.#request('presence.watch', { userIds })
    return presences
  }

  async getUser(userId: string): Promise<User> {
    const { user } = await this.#request('user.get', { userId })
    return user
  }

  async ping(): Promise<Result<'session.ping'>> {
    return await this.#request('session.ping', {})
  }

  #request<M extends Method>(method: M, params: ParamsInput<M>): Promise<Result<M>> {
    return this.#requests.request(method, params)
  }

  #tracked({ conversation }: { conversation: Conversation }): Conversation {
    this.#catchUp.track(conversation)
    return conversation
  }

  #receive(event: ChatEvent): void {
    if (takesRev(event)) {
      this.#catchUp.receive(event)
      if (this.status.state === 'live') void this.#fillGaps()
      return
    }
    if (event.event === 'conversation.updated') this.#catchUp.track(event.data.conversation)
    if (event.event === 'session.started') this.#outbox.load(event.data.userId)
    this.#emit(event)
    if (event.event === 'session.started') void this.#resume()
  }

  /** Catches up, and only then sends what was typed meanwhile: sending marks everything before as read. */
  async #resume(): Promise<void> {
    const { session } = this.#connection
    try {
      await this.#catchUp.run()
    } catch (error) {
      return this.#drop('catch up', { error, session })
    }
    if (this.#connection.session !== session) return
    this.#connection.markLive()
    this.#outbox.open()
    void this.#fillGaps()
  }

  async #fillGaps(): Promise<void> {
    const { session } = this.#connection
    if (!this.#catchUp.hasGap()) return
    await this.#catchUp.fill().catch((error: unknown) => this.#drop('fill gap', { error, session }))
  }

  /** What cannot be caught up with on this connection may be on the next. */
  #drop(operation: string, { error, session }: { error: unknown; session: Session | undefined }): void {
    this.#report(operation, error)
    if (session && this.#connection.session === session) this.#connection.drop()
  }

  #lose(refused: boolean): void {
    this.#outbox.hold()
    this.#requests.failAll(refused ? refusedFrame() : RequestError.lost())
  }

  #emit({ event, data }: ChatEvent): void {
    this.#emitter.emit(event, data)
  }

  #report(operation: string, error: unknown): void {
    this.#emitter.emit('trace', { kind: 'failure', operation, reason: String(error) })
  }

  #createCatchUp(): CatchUp {
    return new CatchUp({
      ask: (method, params) =>
        retrying(() => this.#request(method, params), { clock: this.#clock, random: this.#random }),
      onEvent: (event) => {
        this.#emit(event)
        if (event.event === 'message.created') this.#arrived(event.data.message)
      },
      onConversation: (conversation) => this.#emitter.emit('conversation.updated', { conversation }),
      onPresence: (presence) => this.#emitter.emit('presence.changed', { presence }),
    })
  }

  #createOutbox(storage: KeyValueStorage | undefined): Outbox {
    return new Outbox({
      clock: this.#clock,
      random: this.#random,
      storage,
      send: (row) => this.#send(row),
      onChange: (rows) => this.#emitter.emit('outbox.changed', { rows }),
      onSent: (message) => this.#settle(message.id, (waiting) => waiting.resolve(message)),
      onFailed: ({ id }, error) => this.#settle(id, (waiting) => waiting.reject(error)),
    })
  }

  async #send({
    id,
    text,
    conversationId,
    userId,
  }: OutboxRow): Promise<{ message: Message; isSeen: boolean }> {
    const target = { ...(conversationId && { conversationId }), ...(userId && !conversationId && { userId }) }
    const { message, duplicate } = await this.#request('message.send', { id, text, ...target })
    // A duplicate in a conversation never heard of was seen by an earlier page: its event will not come again.
    const isOld = duplicate && !this.#catchUp.isTracking(message.conversationId)
    return { message, isSeen: isOld || this.#catchUp.hasSeen(message) }
  }

  /** A message in its conversation is no longer on its way, even if the reply that said so was lost. */
  #arrived(message: Message): void {
    this.#outbox.remove(message.id)
    this.#settle(message.id, (waiting) => waiting.resolve(message))
  }

  #settle(id: string, settle: (waiting: Waiting) => void): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (waiting) settle(waiting)
  }
}

function refusedFrame(): RequestError {
  return new RequestError('frame-refused', {
    message: 'unable to send request; the server refused its frame',
    retryable: false,
  })
}
