// ChatClient: a user's side of the protocol. Connects, stays connected, and tells everything once and in order.
import type { Conversation } from '#rufer/shared/model/conversation.ts'
import type { Message } from '#rufer/shared/model/message.ts'
import type { Presence } from '#rufer/shared/model/presence.ts'
import type { User } from '#rufer/shared/model/user.ts'
import type { ChatEvent } from '#rufer/shared/protocol/events.ts'
import type { Method, ParamsInput, Result } from '#rufer/shared/protocol/methods.ts'
import { CatchUp, type CatchUpOptions } from './catch-up.ts'
import type { ChatClientEvents, ChatClientOptions } from './chat-client-options.ts'
import { systemClock, type Clock } from './clock.ts'
import { Connection, type Session } from './connection.ts'
import { Emitter } from './emitter.ts'
import { Level } from './level.ts'
import type { OutboxRow } from './outbox.ts'
import { Presences } from './presences.ts'
import { RequestError } from './request-error.ts'
import { Requests } from './requests.ts'
import { retrying } from './retry.ts'
import { Sending, type Draft } from './sending.ts'
import type { ConnectionStatus } from './status.ts'
import { takesRev } from './sync.ts'

export class ChatClient {
  readonly #emitter = new Emitter<ChatClientEvents>()
  readonly #clock: Clock
  readonly #random: () => number
  readonly #connection: Connection
  readonly #requests: Requests
  readonly #catchUp: CatchUp
  readonly #presences = new Presences()
  readonly #sending: Sending
  readonly #level: Level

  constructor({ clock = systemClock, random = Math.random, ...options }: ChatClientOptions) {
    this.#clock = clock
    this.#random = random
    this.#requests = new Requests(clock, (frame) => this.#connection.send(frame))
    this.#connection = new Connection({
      WebSocket: globalThis.WebSocket,
      maxAttempts: Number.POSITIVE_INFINITY,
      ...options,
      clock,
      random,
      ping: () => void this.ping().catch((error: unknown) => this.#report('ping', error)),
      onLost: (refused) => this.#lose(refused),
      onStatus: (status) => this.#changed(status),
      onEvent: (event) => this.#receive(event),
      onReply: (reply) => this.#requests.settle(reply),
      onTrace: (trace) => this.#emitter.emit('trace', trace),
    })
    this.#catchUp = this.#createCatchUp()
    this.#sending = this.#createSending(options)
    this.#level = this.#createLevel()
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
    return this.#sending.outbox.rows
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

  /**
   * Asks whether anything was missed and mends it; to be called every minute or so, and when somebody looks again. Takes
   * over what pages that ended left unsent.
   */
  check(): Promise<void> {
    return this.#level.check()
  }

  /** For signing out: forgets the user's unsent messages, here and in the storage. Done by itself when a session ended. */
  forgetUnsent(): void {
    this.#sending.forget()
  }

  /** Gives the socket up as if the network had failed. */
  dropConnection(): void {
    this.#connection.drop()
  }

  /** Takes the reply to the next message as lost, and the connection with it, as if the network had failed just then. */
  loseNextReply(): void {
    this.#sending.loseNextReply()
  }

  /**
   * Sends a message: at once when live, else as soon as the client is.
   *
   * @returns the message as stored
   * @throws RequestError when the server refused it; the row stays in the outbox as `failed`
   */
  sendMessage(draft: Draft): Promise<Message> {
    return this.#sending.send(draft)
  }

  /** As `sendMessage`, but what becomes of it is told by `outbox.changed` and `message.created` alone. */
  queueMessage(draft: Draft): string {
    return this.#sending.queue(draft)
  }

  /** Sends a failed message again. */
  retryMessage(id: string): void {
    this.#sending.outbox.retry(id)
  }

  /** Takes an unsent message back; whoever waits for it gets a `RequestError` `withdrawn`. */
  removeMessage(id: string): void {
    this.#sending.withdraw(id)
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
    return await this.#presences.watch(userIds, (params) => this.#request('presence.watch', params))
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
      this.#level.receive(event)
      if (event.event === 'message.created') this.#settleSeen(event.data.message)
      return
    }
    if (event.event === 'presence.changed') this.#presences.told(event.data.presence)
    if (event.event === 'conversation.updated') this.#catchUp.track(event.data.conversation)
    this.#emit(event)
    if (event.event === 'session.started') void this.#level.resume()
  }

  #changed(status: ConnectionStatus): void {
    // Signed out here or elsewhere: what was typed is not for whoever comes next.
    if (status.state === 'closed' && status.reason === 'ended') this.#sending.forget()
    this.#emitter.emit('status', status)
  }

  #lose(refused: boolean): void {
    this.#sending.outbox.hold()
    this.#requests.failAll(refused ? RequestError.refused() : RequestError.lost())
  }

  #emit({ event, data }: ChatEvent): void {
    this.#emitter.emit(event, data)
  }

  #report(operation: string, error: unknown): void {
    this.#emitter.emit('trace', { kind: 'failure', operation, reason: String(error) })
  }

  #createCatchUp(): CatchUp {
    const ask: CatchUpOptions['ask'] = (method, params) =>
      retrying(() => this.#request(method, params), { clock: this.#clock, random: this.#random })
    return new CatchUp({
      ask,
      onEvent: (event) => {
        this.#emit(event)
        if (event.event === 'message.created') this.#sending.arrived(event.data.message)
      },
      onConversation: (conversation) => this.#emitter.emit('conversation.updated', { conversation }),
      watchAgain: () =>
        this.#presences.watchAgain(
          (params) => ask('presence.watch', params),
          (presence) => this.#emitter.emit('presence.changed', { presence }),
        ),
    })
  }

  #createSending({ storage, locks }: Pick<ChatClientOptions, 'storage' | 'locks'>): Sending {
    return new Sending({
      clock: this.#clock,
      random: this.#random,
      storage,
      locks,
      request: (params) => this.#request('message.send', params),
      drop: () => this.dropConnection(),
      // A duplicate in a conversation never heard of was seen by an earlier page: its event will not come again.
      isSeen: ({ message, duplicate }) =>
        (duplicate && !this.#catchUp.isTracking(message.conversationId)) || this.#catchUp.hasSeen(message),
      onChange: (rows) => this.#emitter.emit('outbox.changed', { rows }),
      onUnkept: (reason) => this.#report('keep unsent messages', reason),
    })
  }

  #createLevel(): Level {
    return new Level({
      connection: this.#connection,
      catchUp: this.#catchUp,
      outbox: this.#sending.outbox,
      clock: this.#clock,
      ask: (method, params) => this.#request(method, params),
      onGap: (conversationId) => this.#emitter.emit('trace', { kind: 'gap', conversationId }),
      onConversation: (conversation) => this.#emitter.emit('conversation.updated', { conversation }),
      onFailure: (operation, error) => this.#report(operation, error),
    })
  }

  /** The conversation may have come with the message in it before the event, which then is not told. */
  #settleSeen(message: Message): void {
    if (this.#catchUp.hasSeen(message)) this.#sending.arrived(message)
  }
}
