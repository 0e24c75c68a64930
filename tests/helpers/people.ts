// People for tests: users with ids of their own, connected, so that one server serves many tests.
import { isDeepStrictEqual } from 'node:util'
import { register } from './api.ts'
import { connect, type TestClient } from './client.ts'
import type { Presence } from '#rufer/shared/model/presence.ts'
import type { EventData } from '#rufer/shared/protocol/events.ts'
import { TYPING_MS } from '#rufer/shared/protocol/limits.ts'
import { RUN } from './outside.ts'
import type { ServerAddress, TestServer } from './server.ts'

/** Settings of a server whose rates hinder nobody. */
export const UNHURRIED = { RUFER_LIMIT_REQUESTS_PER_SECOND: '0', RUFER_LIMIT_MESSAGES_PER_SECOND: '0' }

/** alice and bob share an empty conversation of which all was heard; mallory is a stranger to it. */
export interface Company {
  alice: TestClient
  bob: TestClient
  mallory: TestClient
  conversationId: string
}

/** A company nobody else has met, one connection each. */
export async function meet(server: TestServer): Promise<Company> {
  const [alice, bob, mallory] = await Promise.all([
    connectNew(server, 'alice'),
    connectNew(server, 'bob'),
    connectNew(server, 'mallory'),
  ])
  const { conversation } = await alice.request('conversation.open', { userId: bob.userId })
  await Promise.all([alice.next('conversation.updated'), bob.next('conversation.updated')])
  return { alice, bob, mallory, conversationId: conversation.id }
}

/** A user nobody has met, with one connection. */
export async function connectNew(server: TestServer, name: string): Promise<TestClient> {
  return connect(server, await registerNew(server, name))
}

/** A user nobody has met. */
export async function registerNew(server: ServerAddress, name: string): Promise<string> {
  const userId = newUserId(name)
  await register(server, userId)
  return userId
}

/** An id that no user has. */
export function newUserId(name: string): string {
  return `${name}-${RUN}${++count}`
}

/** The names of all events that a connection got after its start, in order. */
export function heard({ frames }: TestClient): unknown[] {
  return frames.flatMap(({ event }) => (event === undefined || event === 'session.started' ? [] : [event]))
}

/** The same without presence, whose news of who has just connected may come among the rest at any place. */
export function heardBesidesPresence(client: TestClient): unknown[] {
  return heard(client).filter((event) => event !== 'presence.changed')
}

/**
 * The names of all that a connection was told, its start too, but for how somebody came who was there already: those who may
 * know are told of that late, or not at all.
 */
export function heardBesidesComing({ frames }: TestClient, comer?: string): Set<unknown> {
  const isComing = (data: unknown) =>
    isDeepStrictEqual(data, { presence: { userId: comer, status: 'online', lastSeenAt: null } })
  return new Set(frames.flatMap(({ event, data }) => (isComing(data) ? [] : [event])))
}

/** The names of typing only. */
export function typingHeard(client: TestClient): unknown[] {
  return heard(client).filter((event) => String(event).startsWith('typing.'))
}

/**
 * The presences that a connection was told of, `<userId> <status>`, in order; without the first where that says how
 * somebody came who was there already, which may have been told or not.
 */
export function presencesHeard({ frames }: TestClient): string[] {
  const told = frames
    .filter(({ event }) => event === 'presence.changed')
    .map(({ data }) => (data as EventData<'presence.changed'>).presence)
  return told.slice(told[0]?.status === 'online' ? 1 : 0).map(({ userId, status }) => `${userId} ${status}`)
}

/**
 * Lets people meet and type, and gives what comes of it before anybody's typing can have ended by itself; where the machine
 * was too busy for that, others meet.
 */
export async function typeSoon<Result>(
  server: TestServer,
  type: (company: Company) => Promise<Result>,
): Promise<Result> {
  const company = await meet(server)
  const began = performance.now()
  const result = await type(company)
  return performance.now() - began < TYPING_MS ? result : typeSoon(server, type)
}

/** The news that a user has gone; that the user had come may be told as late as just before. */
export async function hearGone(client: TestClient, userId: string): Promise<Presence> {
  const { presence } = await client.next('presence.changed')
  const isIt = presence.userId === userId && presence.status === 'offline'
  return isIt ? presence : hearGone(client, userId)
}

/** Resolves once a member has heard all that was told of so far: events come in one order, and their own message last. */
export async function hearAll(member: TestClient, conversationId: string): Promise<void> {
  const sent = await member.say({ conversationId }, 'still here')
  const isLast = async () => (await member.next('message.created')).message.id === sent.message.id
  while (!(await isLast())) continue
}

// --- Internal helpers ---

let count = 0
