// A client for tests that reads as a dialogue. It knows the wire only, and checks every frame against the contract.
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, vi } from 'vitest'
import { WebSocket, type ClientOptions } from 'ws'
import type { z } from 'zod'
import { replyFrame, type FrameError } from '#rufer/shared/protocol/frame.ts'
import { events, type EventData, type EventName } from '#rufer/shared/protocol/events.ts'
import { methods, type Method, type Result } from '#rufer/shared/protocol/methods.ts'
import { callApi, issueToken } from './api.ts'
import { outside } from './outside.ts'
import { otherThan, placeOf } from './processes.ts'
import { keepSecret } from './secrets.ts'
import type { ServerAddress } from './server.ts'

type Frame = Record<string, unknown>

/** One connection, open and past its `session.started`. */
export interface TestClient {
  userId: string
  started: EventData<'session.started'>
  socket: WebSocket
  /** every frame that came, in order */
  frames: Frame[]
  /** Sends a request and gives its result; fails the test on an error. */
  request<M extends Method>(method: M, params?: object): Promise<Result<M>>
  /** Sends a request and gives its error; fails the test on a result. */
  refused(method: string, params?: unknown): Promise<FrameError>
  /** The next event of a name that was not yet taken, now or when it comes. */
  next<E extends EventName>(event: E): Promise<EventData<E>>
  /** The events of a name that came and were not yet taken. */
  pending<E extends EventName>(event: E): EventData<E>[]
  /** Resolves once all that the server sent before has come. */
  settled(): Promise<void>
  /** Sends a message to a conversation or a user. */
  say(to: { conversationId: string } | { userId: string }, text: string): Promise<Result<'message.send'>>
  /** Sends a text frame as it is. */
  sendRaw(text: string): void
  /** The reply with this id, now or when it comes. */
  reply(id: number): Promise<Frame>
  /** The code the connection was closed with. */
  closed: Promise<number>
  close(): Promise<void>
}

/** Opens a connection for a registered user, with a new token; every process then knows that the user is online. */
export async function connect(
  server: ServerAddress,
  userId: string,
  options: ClientOptions = {},
): Promise<TestClient> {
  const client = await connectWith(server, { userId, token: await issueToken(server, userId), options })
  // one that runs somewhere may be several, too
  const other = otherThan(server, placeOf(server, userId)) ?? (outside && server)
  if (other) await vi.waitUntil(() => isOnline(other, userId), { timeout: WAIT_MS, interval: 5 })
  return client
}

/** Opens a connection with a token that its user already has. */
export async function connectWith(
  server: ServerAddress,
  { userId, token, options = {} }: { userId: string; token: string; options?: ClientOptions },
): Promise<TestClient> {
  const socket = openSocket(placeOf(server, userId), token, options)
  const client = createClient(userId, socket)
  await Promise.race([
    once(socket, 'open'),
    once(socket, 'unexpected-response').then(([, response]) => refuseOpening(response)),
  ])
  return { ...client, started: await client.next('session.started') }
}

/** A socket that offers a token, not yet open. */
export function openSocket(server: ServerAddress, token: string, options: ClientOptions = {}): WebSocket {
  return new WebSocket(`${server.wsUrl}/ws`, ['rufer.v1', `rufer.token.${token}`], options)
}

/** A new message id. */
export const newId = (): string => randomUUID()

// --- Internal helpers ---

const WAIT_MS = 20_000

async function isOnline(server: ServerAddress, userId: string) {
  return (await callApi(server, `GET /api/users/${encodeURIComponent(userId)}/online`)).body['isOnline']
}

function createClient(userId: string, socket: WebSocket): Omit<TestClient, 'started'> {
  const frames: Frame[] = []
  const taken = new Set<Frame>()
  let wake: (() => void)[] = []
  let nextId = 0
  const closed = new Promise<number>((resolve) => socket.once('close', resolve))
  socket.on('error', () => {})
  socket.on('message', (received: Buffer) => {
    frames.push(JSON.parse(received.toString()))
    wake.forEach((resolve) => resolve())
    wake = []
  })

  /** The first frame that fits and was not taken, waited for. */
  async function take(fits: (frame: Frame) => boolean, wanted: string): Promise<Frame> {
    const deadline = performance.now() + WAIT_MS
    for (;;) {
      const found = frames.find((frame) => !taken.has(frame) && fits(frame))
      if (found) {
        taken.add(found)
        return found
      }
      const more = new Promise<string>((resolve) => wake.push(() => resolve('more')))
      const why = await Promise.race([
        more,
        closed.then((code) => `closed ${code}`),
        delay(deadline - performance.now(), 'late', { ref: false }),
      ])
      if (why !== 'more')
        throw new Error(
          `${userId} waited in vain for ${wanted} (${why}); got ${JSON.stringify(frames.slice(-5))}`,
        )
    }
  }

  async function ask(method: string, params: unknown): Promise<Frame> {
    const id = ++nextId
    keepSecret(Object(params).text)
    socket.send(JSON.stringify({ id, method, params }))
    return take((frame) => frame['id'] === id, `the reply to ${method}`)
  }

  const client: Omit<TestClient, 'started'> = {
    userId,
    socket,
    frames,
    closed,
    async request(method, params = {}) {
      const reply = await ask(method, params)
      if (reply['error']) throw new Error(`${method} failed: ${JSON.stringify(reply['error'])}`)
      return checked(results[method].result, reply['result'])
    },
    async refused(method, params = {}) {
      const reply = await ask(method, params)
      if (!reply['error']) throw new Error(`${method} was not refused: ${JSON.stringify(reply['result'])}`)
      return checked(failed, reply['error'])
    },
    async next(event) {
      const frame = await take((candidate) => candidate['event'] === event, event)
      return checked(data[event], frame['data'])
    },
    pending(event) {
      const found = frames.filter((frame) => !taken.has(frame) && frame['event'] === event)
      found.forEach((frame) => taken.add(frame))
      return found.map((frame) => checked(data[event], frame['data']))
    },
    async settled() {
      await client.request('session.ping')
    },
    say: (to, text) => client.request('message.send', { id: newId(), text, ...to }),
    sendRaw: (text) => socket.send(text),
    reply: (id) => take((frame) => frame['id'] === id, `the reply ${id}`),
    async close() {
      socket.close(1000)
      await closed
    },
  }
  return client
}

/** Nothing may be in a frame that the contract does not name. */
function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.parse(value)
  expect(parsed).toEqual(value)
  return parsed
}

const results: { [M in Method]: { result: z.ZodType<Result<M>> } } = methods
const data: { [E in EventName]: z.ZodType<EventData<E>> } = events
const failed = replyFrame.options[1].shape.error

function refuseOpening(response: { statusCode?: number }): never {
  throw new Error(`the upgrade was refused with ${response.statusCode}`)
}
