// Connection: one socket at a time, opened with a fresh token, and opened again whenever it is lost.
import type { ChatEvent, EventData } from '#rufer/shared/protocol/events.ts'
import type { ReplyFrame, RequestFrame } from '#rufer/shared/protocol/frame.ts'
import { backoffMs } from './backoff.ts'
import type { Clock } from './clock.ts'
import { decode, nameOf } from './decode.ts'
import { Heartbeat } from './heartbeat.ts'
import { RequestError } from './request-error.ts'
import type { Socket, SocketConstructor } from './socket.ts'
import { afterClose, type ClosedReason, type ConnectionStatus } from './status.ts'
import { TokenDelayed } from './token-delayed.ts'
import { TokenRefused } from './token-refused.ts'
import type { Trace } from './trace.ts'

/** An attempt without a started session is given up after this. */
const CONNECT_TIMEOUT_MS = 20_000
/** A hint that a connection may be had now begins an attempt anew that is older: it was begun when none could be had. */
const FRESH_MS = 1_000
/** The code that browsers give a connection that ended without one. */
const LOST = 1006
/** The `readyState` of a socket that takes frames. */
const OPEN = 1

/** A single-use token, as the back end gives it. */
export interface SessionToken {
  token: string
  expiresAt?: string
}
export type Session = EventData<'session.started'>

export interface ConnectionOptions {
  /** ws:// or wss:// */
  url: string
  WebSocket: SocketConstructor
  /** Called for every attempt; throws `TokenRefused` where asking again is of no use, `TokenDelayed` to be asked later. */
  getToken: (signal: AbortSignal) => Promise<SessionToken>
  clock: Clock
  /** a number in [0, 1) */
  random: () => number
  /** failed attempts in a row before it gives up */
  maxAttempts: number
  /** asks for a sign of life */
  ping: () => void
  /** the connection is gone; `refused`: because of what was sent on it */
  onLost: (refused: boolean) => void
  onStatus: (status: ConnectionStatus) => void
  onEvent: (event: ChatEvent) => void
  onReply: (reply: ReplyFrame) => void
  onTrace: (trace: Trace) => void
}

/** One attempt and what became of it; whatever an earlier one still reports is stale. */
interface Link {
  begunAt: number
  abort: AbortController
  cancelTimeout: () => void
  socket?: Socket
  session?: Session
  ending?: EventData<'session.ending'>
}

export class Connection {
  readonly #options: ConnectionOptions
  readonly #heartbeat: Heartbeat
  readonly #encoder = new TextEncoder()
  #status: ConnectionStatus = { state: 'closed', reason: 'client' }
  #link: Link | undefined
  #userId: string | undefined
  #failures = 0
  #pausedUntil = 0
  #cancelRetry: (() => void) | undefined

  constructor(options: ConnectionOptions) {
    this.#options = options
    this.#heartbeat = new Heartbeat({ clock: options.clock, ping: options.ping, dead: () => this.drop() })
  }

  get status(): ConnectionStatus {
    return this.#status
  }

  /** The session, from its first frame to its last. */
  get session(): Session | undefined {
    return this.#link?.session
  }

  /** Connects, and keeps connected; does nothing unless closed. */
  open(): void {
    if (this.#status.state !== 'closed') return
    this.#failures = 0
    this.#connect()
  }

  /** Closes for good, until `open` is called again. */
  close(): void {
    if (this.#status.state !== 'closed') this.#end({ state: 'closed', reason: 'client' })
  }

  /** A hint that now is a good moment: tries at once while there is none, asks for a sign of life while connected. */
  reconnectNow(): void {
    const { state } = this.#status
    const now = this.#options.clock.monotonicMs()
    const isOld = state === 'connecting' && this.#link !== undefined && now - this.#link.begunAt >= FRESH_MS
    if (isOld || (state === 'offline' && now >= this.#pausedUntil)) this.#connect()
    else this.#heartbeat.probe()
  }

  /** Gives the socket up, whatever state it is in, and connects again. */
  drop(): void {
    if (!this.#link) return
    this.#options.onTrace({ kind: 'socket', outcome: 'dropped' })
    this.#lost(LOST)
  }

  /** To be called when everything that was missed has been caught up with. */
  markLive(): void {
    if (this.#status.state !== 'syncing') return
    this.#failures = 0
    this.#set({ state: 'live' })
  }

  /** @throws RequestError when there is no session, or the frame is larger than the server takes */
  send(frame: RequestFrame): void {
    const { socket, session } = this.#link ?? {}
    if (!session || socket?.readyState !== OPEN) throw RequestError.lost()
    const text = JSON.stringify(frame)
    if (this.#encoder.encode(text).length > session.limits.frameBytes)
      throw new RequestError('frame-too-large', {
        message: `unable to send request; its frame has more than ${session.limits.frameBytes} bytes`,
        retryable: false,
      })
    this.#options.onTrace({ kind: 'sent', frame })
    socket.send(text)
  }

  #connect(): void {
    this.#letGo()
    const cancelTimeout = this.#options.clock.after(CONNECT_TIMEOUT_MS, () => {
      this.#options.onTrace({ kind: 'socket', outcome: 'abandoned' })
      this.#lost(LOST)
    })
    const begunAt = this.#options.clock.monotonicMs()
    const link: Link = { begunAt, abort: new AbortController(), cancelTimeout }
    this.#link = link
    this.#set({ state: 'connecting', attempt: this.#failures + 1 })
    void this.#openLink(link)
  }

  async #openLink(link: Link): Promise<void> {
    const token = await this.#getToken(link)
    if (token && this.#link === link) this.#openSocket(link, token)
  }

  async #getToken(link: Link): Promise<string | undefined> {
    const { onTrace, getToken } = this.#options
    onTrace({ kind: 'token', outcome: 'asked' })
    try {
      const { token, expiresAt } = await getToken(link.abort.signal)
      onTrace({ kind: 'token', outcome: 'received', ...(expiresAt && { expiresAt }) })
      return token
    } catch (error) {
      if (this.#link !== link) return undefined
      onTrace({ kind: 'token', outcome: 'failed', reason: String(error) })
      if (error instanceof TokenRefused) this.#end({ state: 'closed', reason: error.reason })
      else this.#failed(error instanceof TokenDelayed ? error.retryAfterMs : 0)
      return undefined
    }
  }

  #openSocket(link: Link, token: string): void {
    this.#options.onTrace({ kind: 'socket', outcome: 'opening' })
    const socket = new this.#options.WebSocket(this.#options.url, ['rufer.v1', `rufer.token.${token}`])
    link.socket = socket
    socket.addEventListener('message', ({ data }) => {
      if (this.#link === link) this.#receive(link, data)
    })
    socket.addEventListener('close', ({ code }) => {
      if (this.#link === link) this.#lost(code)
    })
    // An error is always followed by the close event, which says more; `ws` ends the process without a listener.
    socket.addEventListener('error', () => undefined)
  }

  #receive(link: Link, data: unknown): void {
    this.#heartbeat.received()
    const incoming = decode(data)
    this.#options.onTrace({
      kind: 'received',
      text: String(data),
      name: nameOf(incoming),
      ignored: incoming.kind === 'ignored',
    })
    if (incoming.kind === 'reply') return this.#options.onReply(incoming.reply)
    if (incoming.kind === 'ignored') return
    if (incoming.event.event === 'session.started') this.#start(link, incoming.event.data)
    if (incoming.event.event === 'session.ending') link.ending = incoming.event.data
    if (this.#link === link) this.#options.onEvent(incoming.event)
  }

  #start(link: Link, session: Session): void {
    this.#userId ??= session.userId
    // What waits to be sent belongs to the user it was typed by.
    if (this.#userId !== session.userId) return this.#end({ state: 'closed', reason: 'user-changed' })
    link.cancelTimeout()
    link.session = session
    this.#heartbeat.start(session.heartbeatMs)
    this.#set({ state: 'syncing' })
  }

  #lost(code: number): void {
    const ending = this.#link?.ending
    this.#options.onTrace({ kind: 'socket', outcome: 'closed', code })
    const after = afterClose(code)
    if ('closed' in after) return this.#end({ state: 'closed', reason: after.closed, code })
    if (ending?.reconnectAfterMs === null) return this.#end({ state: 'closed', reason: 'ended', code })
    this.#failed(Math.max(after.pauseMs, ending?.reconnectAfterMs ?? 0), code)
  }

  /**
   * Tries again, in `leastMs` at the earliest. Jitter is added even where the server named the time: it told everybody
   * the same.
   */
  #failed(leastMs: number, code?: number): void {
    const { clock, random, maxAttempts } = this.#options
    const told = code === undefined ? {} : { code }
    this.#failures++
    if (this.#failures >= maxAttempts) return this.#end({ state: 'closed', reason: 'gave-up', ...told })
    const waitMs = leastMs + backoffMs(this.#failures, random)
    this.#letGo()
    const now = clock.monotonicMs()
    this.#pausedUntil = now + leastMs
    this.#cancelRetry = clock.after(waitMs, () => this.#connect())
    this.#set({ state: 'offline', waitMs, retryAt: now + waitMs, attempt: this.#failures + 1, ...told })
    this.#options.onLost(false)
  }

  #end(status: { state: 'closed'; reason: ClosedReason; code?: number }): void {
    this.#letGo()
    this.#set(status)
    this.#options.onLost(status.reason === 'refused')
  }

  #letGo(): void {
    const link = this.#link
    this.#link = undefined
    this.#cancelRetry?.()
    this.#cancelRetry = undefined
    this.#heartbeat.stop()
    link?.cancelTimeout()
    link?.abort.abort()
    link?.socket?.close(1000)
  }

  #set(status: ConnectionStatus): void {
    this.#status = status
    this.#options.onTrace({ kind: 'status', status })
    this.#options.onStatus(status)
  }
}
