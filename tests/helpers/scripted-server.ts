// ScriptedServer: a WebSocket server that answers as the test tells it to, for clients to be tried against.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { WebSocketServer, type WebSocket } from 'ws'
import type { EventData, EventName } from '#rufer/shared/protocol/events.ts'
import type { FrameError, RequestFrame } from '#rufer/shared/protocol/frame.ts'
import type { Method, Params, Result } from '#rufer/shared/protocol/methods.ts'
import { aSession } from './chat-fixtures.ts'

/** What a request is answered with; `silence` leaves it unanswered. */
type Reply<M extends Method> = Result<M> | { error: FrameError } | 'silence'
export type Answers = { [M in Method]?: (params: Params<M>, link: ScriptedLink) => Reply<M> }
/** A request as a client of ours sends it. */
type Request = { [M in Method]: { id: number; method: M; params: Params<M> } }[Method]

export interface ScriptedLink {
  socket: WebSocket
  protocols: string[]
  requests: RequestFrame[]
  event<E extends EventName>(event: E, data: EventData<E>): void
}

export interface ScriptedServer {
  url: string
  /** every connection there was, the latest last */
  links: ScriptedLink[]
  /** may be replaced while clients are connected */
  answers: Answers
  session: EventData<'session.started'>
  close(): Promise<void>
}

const nothing: Answers = {
  'conversation.list': () => ({ conversations: [], nextCursor: null }),
  'conversation.sync': () => ({ conversations: [] }),
  'presence.watch': () => ({ presences: [] }),
}

export async function startScriptedServer(answers: Answers = {}): Promise<ScriptedServer> {
  const http = createServer()
  const sockets = new WebSocketServer({ server: http, handleProtocols: () => 'rufer.v1' })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const address = http.address()
  if (typeof address !== 'object' || !address) throw new Error('unable to start server; it has no port')
  const server: ScriptedServer = {
    url: `ws://127.0.0.1:${address.port}/ws`,
    links: [],
    answers,
    session: aSession(),
    async close() {
      for (const { socket } of server.links) socket.terminate()
      sockets.close()
      http.close()
      await once(http, 'close')
    },
  }
  sockets.on('connection', (socket, request) => {
    server.links.push(serve(server, socket, request.headers['sec-websocket-protocol'] ?? ''))
  })
  return server
}

/** The link that is open now; throws until there is one. */
export function lastLink(server: ScriptedServer): ScriptedLink {
  const link = server.links.at(-1)
  if (!link) throw new Error('unable to get link; nobody connected yet')
  return link
}

function serve(server: ScriptedServer, socket: WebSocket, protocols: string): ScriptedLink {
  const link: ScriptedLink = {
    socket,
    protocols: protocols.split(',').map((protocol) => protocol.trim()),
    requests: [],
    event: (event, data) => socket.send(JSON.stringify({ event, data })),
  }
  socket.on('message', (data: Buffer) => {
    const request: Request = JSON.parse(data.toString())
    link.requests.push(request)
    const reply = answer(server, request, link)
    if (reply === 'silence') return
    socket.send(JSON.stringify({ id: request.id, ...('error' in reply ? reply : { result: reply }) }))
  })
  link.event('session.started', server.session)
  return link
}

function answer<M extends Method>(
  { answers }: ScriptedServer,
  request: { method: M; params: Params<M> },
  link: ScriptedLink,
): Reply<M> | object {
  const told: Answers[M] = answers[request.method]
  const standard: Answers[M] = nothing[request.method]
  return (told ?? standard)?.(request.params, link) ?? {}
}
