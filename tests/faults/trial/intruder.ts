// An intruder in a trial: a stranger who tries to get into conversations, to use tokens again, and to speak nonsense.
import type { Cast } from '#rufer/tests/faults/load/cast.ts'
import type { Ask, History, Recorder } from '#rufer/tests/faults/history.ts'
import { connect, newId, type TestClient } from '#rufer/tests/helpers/client.ts'
import { registerNew } from '#rufer/tests/helpers/people.ts'
import type { TestServer } from '#rufer/tests/helpers/server.ts'
import { upgrade } from '#rufer/tests/helpers/wire.ts'

interface Scene {
  servers: readonly TestServer[]
  history: History
  cast: Cast
}

/** Tries everything once, on each server. */
export async function intrude({ servers, history, cast }: Scene): Promise<void> {
  for (const server of servers) {
    const userId = await registerNew(server, 'mallory')
    const record = history.as(`${userId}/intruder`, userId)
    const client = await connect(server, userId)
    const { connectionId } = client.started
    record({ type: 'opened', connectionId })
    const scene = { server, history, cast, client, record }
    await reachOut(scene)
    await useTokensAgain(scene)
    await speakNonsense(scene)
    record({ type: 'closed', connectionId, code: await client.closed })
    for (const event of strangersEvents(client)) record({ type: 'wire', connectionId, event })
  }
}

// --- Internal helpers ---

interface Attempt {
  server: TestServer
  history: History
  cast: Cast
  client: TestClient
  record: Recorder
}

/** Asks for what is in the conversations of others. */
async function reachOut({ history, cast, client, record }: Attempt) {
  const [conversationId = ''] = cast.members.keys()
  const id = newId()
  const asks: Ask[] = [
    { method: 'message.list', conversationId },
    { method: 'conversation.get', conversationId },
    { method: 'receipt.update', conversationId, readSeq: 1 },
    { method: 'typing.start', conversationId },
    { method: 'message.send', id, conversationId, text: 'let me in' },
  ]
  for (const ask of asks) {
    const call = history.nextCall()
    record({ type: 'invoke', call, ask })
    const { method, ...params } = ask
    const { code } = await client.refused(method, params)
    record({ type: 'fail', call, code })
  }
}

/** The tokens that others came in with, and one that nobody was given. */
async function useTokensAgain({ server, history, record }: Attempt) {
  const used = history.entries.flatMap((entry) =>
    entry.type === 'invoke' && entry.ask.method === 'connect' ? [entry.ask.token] : [],
  )
  const attempts = [...used.slice(0, 5).map((token) => ({ token, isSound: true })), MADE_UP]
  for (const { token, isSound } of attempts) {
    const call = history.nextCall()
    record({ type: 'invoke', call, ask: { method: 'connect', token, isSound } })
    const { status, drop } = await upgrade(server, { token: token.replace('rufer.token.', '') })
    drop()
    record(status === 101 ? { type: 'ok', call, answer: {} } : { type: 'fail', call, code: status })
  }
}

const MADE_UP = { token: `rufer.token.${'x'.repeat(43)}`, isSound: false }

/** What has a place in the protocol is answered with an error, the last is the end of the connection. */
async function speakNonsense({ history, client, record }: Attempt) {
  const refusable: [string, unknown][] = [
    ['no such method', {}],
    ['message.send', { text: 1 }],
    ['session.ping', { extra: true }],
    ['session.ping', 'no object'],
  ]
  for (const [method, params] of refusable) {
    const call = history.nextCall()
    record({ type: 'invoke', call, ask: { method: 'nonsense', what: `${method} ${JSON.stringify(params)}` } })
    const { code } = await client.refused(method, params)
    record({ type: 'ok', call, answer: { code } })
  }
  const call = history.nextCall()
  record({ type: 'invoke', call, ask: { method: 'nonsense', what: 'no JSON' } })
  client.sendRaw('{')
  record({ type: 'ok', call, answer: { code: await client.closed } })
}

function strangersEvents(client: TestClient) {
  return client.pending('message.created').map((data) => ({ event: 'message.created', data }) as const)
}
