// One live socket: the queue of its requests, the only place that sends, and its end.
import { announced, closeCodes, type CloseReason } from '#rufer/shared/protocol/close-codes.ts'
import { UNSENT_BEFORE_NEXT } from '#rufer/shared/protocol/limits.ts'
import type { TakeTurn } from './backlog.ts'
import { encodeEvent } from './encode.ts'
import type { RequestLimit } from './limits.ts'

/** What a connection may subscribe to: what concerns a user, or a user's presence. */
export type Topic = `user:${string}` | `presence:${string}`

/** What a connection needs of a WebSocket; `ws` has it. */
interface Socket {
  readonly bufferedAmount: number
  send(frame: Buffer, options: { binary: boolean }, flushed: (error?: Error | null) => void): void
  close(code: number, reason: string): void
  pause(): void
  resume(): void
  ping(): void
  pong(data: Buffer, mask: boolean, flushed: (error?: Error | null) => void): void
}

/** The bytes under a WebSocket. */
interface Stream {
  readonly bytesRead: number
  cork(): void
  uncork(): void
  end(): void
  destroy(): void
  on(event: 'data', listener: () => void): unknown
  removeAllListeners(event: 'data'): unknown
}

export interface ConnectionOptions {
  id: string
  userId: string
  socket: Socket
  stream: Stream
  requestLimit: RequestLimit
  /** requests that may wait before the socket is read no further */
  waitingRequests: number
  /** bytes that may be unsent before the reader counts as too slow */
  unsentBytes: number
  monotonicMs: () => number
  /** resolves when a request may run that came or waited with others */
  takeTurn: TakeTurn
  /** answers one request */
  dispatch(connection: Connection, text: string): Promise<void>
  /** called once, when the connection has ended: for a reason of ours, or because the peer or the network ended it */
  onEnd(connection: Connection, reason?: CloseReason): void
}

export class Connection {
  readonly id: string
  readonly userId: string
  readonly requestLimit: RequestLimit
  readonly openedAt: number
  /** kept by the hub */
  readonly topics = new Set<Topic>()
  /** the last request's id */
  lastRequestId = -1
  /** when the peer last sent anything, in the monotonic clock */
  heardAt: number
  /** when bytes last left, in the monotonic clock */
  progressAt: number
  /** when the peer was last sent a ping, or came, in the monotonic clock */
  pingedAt: number
  readonly #options: ConnectionOptions
  readonly #waiting: string[] = []
  #running: Promise<void> | undefined
  #isEnded = false
  #isPaused = false
  #isCorked = false
  #isSettling = false
  /** pings of ours that may still be answered */
  #pingsUnanswered = 0
  #onRoom: (() => void) | undefined

  constructor(options: ConnectionOptions) {
    this.#options = options
    this.id = options.id
    this.userId = options.userId
    this.requestLimit = options.requestLimit
    this.openedAt = options.monotonicMs()
    this.heardAt = this.openedAt
    this.progressAt = this.openedAt
    this.pingedAt = this.openedAt
  }

  get isOpen(): boolean {
    return !this.#isEnded
  }

  /** While its requests wait for us, the peer's silence says nothing. */
  get isPaused(): boolean {
    return this.#isPaused
  }

  get unsentBytes(): number {
    return this.#options.socket.bufferedAmount
  }

  get waitingRequests(): number {
    return this.#waiting.length
  }

  /** The peer sent a ping, which is answered unless it was one too many. */
  pinged(data: Buffer): void {
    this.#countLikeRequest()
    if (this.#isEnded) return
    this.#beginToSend()
    this.#options.socket.pong(data, false, this.#onFlushed)
  }

  /** The peer sent a pong. */
  ponged(): void {
    if (this.#pingsUnanswered === 0) return this.#countLikeRequest()
    this.#pingsUnanswered--
    this.#heard()
  }

  /** Takes away time in which nobody could be heard. */
  forgive(ms: number): void {
    this.heardAt += ms
    this.progressAt += ms
  }

  /** Queues a request; they run one after the other. */
  receive(text: string): void {
    if (this.#isEnded || this.#isSettling) return
    this.#heard()
    this.#waiting.push(text)
    if (this.#waiting.length >= this.#options.waitingRequests) this.#pause()
    this.#running ??= this.#run()
  }

  send(frame: Buffer): void {
    if (this.#isEnded) return
    this.#beginToSend()
    this.#options.socket.send(frame, { binary: false }, this.#onFlushed)
  }

  ping(): void {
    this.#pingsUnanswered++
    this.pingedAt = this.#options.monotonicMs()
    this.#options.socket.ping()
  }

  /** Ends the connection for a reason, as one among so many; announced where the protocol says so. */
  end(reason: CloseReason, among = 1): void {
    if (this.#isEnded) return
    this.ended(reason)
    const { socket, stream } = this.#options
    const isOffence = offences.has(reason)
    this.#stopReading(isOffence)
    if (announced.has(reason)) socket.send(encodeEnding(reason, among), { binary: false }, ignore)
    // a paused socket would never read the peer's answer to the close
    socket.resume()
    socket.close(closeCodes[reason].code, closeCodes[reason].meaning)
    // nobody would see the peer's answer
    if (isOffence) stream.end()
  }

  /** The socket is gone, or about to be: nothing more is read from it or sent to it. */
  ended(reason?: CloseReason): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#waiting.length = 0
    this.#onRoom?.()
    this.#options.onEnd(this, reason)
  }

  /** Starts no further request and waits for the one that runs. */
  async settle(): Promise<void> {
    this.#isSettling = true
    this.#waiting.length = 0
    this.#onRoom?.()
    await this.#running
  }

  /**
   * What an offender has sent besides is not looked at any more (RFC 6455 section 7.1.7), only taken off the wire so that our
   * last words arrive; of the others the answer to the close is waited for. Neither goes on without end.
   */
  #stopReading(isOffence: boolean): void {
    const { stream } = this.#options
    const most = stream.bytesRead + READ_AFTER_END
    if (isOffence) stream.removeAllListeners('data')
    stream.on('data', () => {
      if (stream.bytesRead > most) stream.destroy()
    })
  }

  #beginToSend(): void {
    const { socket, monotonicMs } = this.#options
    if (socket.bufferedAmount === 0) this.progressAt = monotonicMs()
    this.#cork()
  }

  /** What is sent in one turn, a reply and the events that follow from it, leaves in one write. */
  #cork(): void {
    if (this.#isCorked) return
    this.#isCorked = true
    this.#options.stream.cork()
    process.nextTick(() => this.#uncork())
  }

  #uncork(): void {
    const { socket, stream, unsentBytes } = this.#options
    this.#isCorked = false
    stream.uncork()
    if (socket.bufferedAmount > unsentBytes) this.end('silent')
  }

  async #run(): Promise<void> {
    for (let isFirst = true; ; isFirst = false) {
      await this.#roomToSend()
      // by now all is known that came at once: the first of many stands in the line with them
      if (this.#waiting.length > (isFirst ? 1 : 0)) await this.#options.takeTurn()
      const text = this.#waiting.shift()
      if (text === undefined) break
      await this.#options.dispatch(this, text)
      if (this.#isPaused && this.#waiting.length < this.#options.waitingRequests) this.#resume()
    }
    this.#running = undefined
  }

  /** A request starts only when most of what was sent before has left; where none waits, nothing waits for room. */
  async #roomToSend(): Promise<void> {
    while (this.#waiting.length > 0 && this.#options.socket.bufferedAmount >= UNSENT_BEFORE_NEXT) {
      await new Promise<void>((resolve) => {
        this.#onRoom = resolve
      })
    }
  }

  readonly #onFlushed = (): void => {
    this.progressAt = this.#options.monotonicMs()
    this.#onRoom?.()
  }

  #pause(): void {
    this.#isPaused = true
    this.#options.socket.pause()
  }

  #resume(): void {
    this.#isPaused = false
    this.#heard()
    this.#options.socket.resume()
  }

  #heard(): void {
    this.heardAt = this.#options.monotonicMs()
  }

  /** What asks for nothing costs as much to read as what does: too much of it is a flood, too. */
  #countLikeRequest(): void {
    if (this.#isEnded) return
    this.#heard()
    if (this.requestLimit.take() > 0 && this.requestLimit.isFlooding()) this.end('flooding')
  }
}

// --- Internal helpers ---

/** The ends that the peer has brought about by what it sent. */
const offences: ReadonlySet<CloseReason> = new Set(['violation', 'binary', 'flooding'])
/** Bytes that may come after the end. */
const READ_AFTER_END = 65_536

/** When to come back, spread out so that a restart does not bring everybody at once. */
const RECONNECT_AFTER_MS: Partial<Record<CloseReason, [least: number, spread: number]>> = {
  restarting: [500, 2_000],
  overloaded: [5_000, 10_000],
  silent: [0, 1_000],
  flooding: [30_000, 5_000],
}

/** Those that end together come back over at least so long for each: a thousand a second. */
const APART_MS = 1

/** The socket is being closed: whether its last words arrive cannot be helped. */
const ignore = () => {}

function encodeEnding(reason: CloseReason, among: number) {
  const wait = RECONNECT_AFTER_MS[reason]
  const reconnectAfterMs = wait
    ? Math.round(wait[0] + Math.random() * Math.max(wait[1], among * APART_MS))
    : null
  return encodeEvent('session.ending', { reason: closeCodes[reason].meaning, reconnectAfterMs })
}
