// People for tests: users with ids of their own, connected, so that one server serves many tests.
import { register } from './api.ts'
import { connect, type TestClient } from './client.ts'
import type { TestServer } from './server.ts'

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
export async function registerNew(server: TestServer, name: string): Promise<string> {
  const userId = newUserId(name)
  await register(server, userId)
  return userId
}

/** An id that no user has. */
export function newUserId(name: string): string {
  return `${name}-${++count}`
}

/** The names of all events that a connection got after its start, in order. */
export function heard({ frames }: TestClient): unknown[] {
  return frames.flatMap(({ event }) => (event === undefined || event === 'session.started' ? [] : [event]))
}

// --- Internal helpers ---

let count = 0
