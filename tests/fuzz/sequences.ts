// Sequences: valid requests in mad orders, over several sockets that come and go, with sessions ended under them.
import { events } from '#rufer/shared/protocol/events.ts'
import { isErrorCode } from '#rufer/shared/protocol/errors.ts'
import { methods, type Method } from '#rufer/shared/protocol/methods.ts'
import { samplesOf } from '#rufer/tests/helpers/samples.ts'
import type { Job } from './job.ts'
import { startLaps } from './laps.ts'
import { openSocket, orLate, type Frame, type FuzzSocket } from './socket.ts'
import { ANSWERED_ONCE, KEY } from './target.ts'

/** A step at a time, whatever comes next. */
export function fuzzSequences(job: Job): () => Promise<void> {
  const { target, random, tally, userIds } = job
  const sockets: FuzzSocket[] = []
  const known: { conversationIds: string[]; messageIds: string[] } = {
    conversationIds: ['none'],
    messageIds: [crypto.randomUUID()],
  }
  const lastIds = new WeakMap<FuzzSocket, number>()

  async function open() {
    const seqs = new Map<string, number>()
    const onEvent = (frame: Frame) => {
      const wrong = faultOf(frame, seqs)
      if (wrong) tally.fault({ kind: 'sequence', what: wrong, input: JSON.stringify(frame) })
    }
    sockets.push(await openSocket(target, { userId: random.pick(userIds), onEvent }))
  }

  async function burst(socket: FuzzSocket) {
    const requests = random.list([1, 20], () => {
      const id = (lastIds.get(socket) ?? 0) + 1
      lastIds.set(socket, id)
      const method = random.pick(METHODS)
      const place = { conversationId: random.pick(known.conversationIds), peerId: random.pick(userIds) }
      const again =
        method === 'message.send' && random.chance(0.2) ? { id: random.pick(known.messageIds) } : {}
      return { id, method, params: { ...samplesOf(place)[method], ...again } }
    })
    const lap = startLaps()
    for (const request of requests) socket.send(JSON.stringify(request))
    for (const request of requests) {
      const outcome = outcomeOf(request.method, await socket.reply(request.id), socket)
      if (outcome) tally.answered('sequence', outcome, lap())
      else tally.fault({ kind: 'sequence', what: 'no reply that is defined', input: JSON.stringify(request) })
    }
  }

  async function learn(socket: FuzzSocket) {
    const id = (lastIds.get(socket) ?? 0) + 1
    lastIds.set(socket, id)
    socket.send(JSON.stringify({ id, method: 'conversation.list', params: {} }))
    const { result }: { result?: { conversations: { id: string; lastMessage: { id: string } | null }[] } } =
      Object(await socket.reply(id))
    for (const conversation of result?.conversations ?? []) {
      known.conversationIds.push(conversation.id)
      if (conversation.lastMessage) known.messageIds.push(conversation.lastMessage.id)
    }
    for (const list of Object.values(known)) list.splice(0, list.length - 50)
  }

  return async () => {
    for (const gone of sockets.filter((socket) => !socket.isOpen())) sockets.splice(sockets.indexOf(gone), 1)
    if (sockets.length < 1 + random.below(6)) return open()
    const socket = random.pick(sockets)
    const step = random.below(20)
    if (step === 0) return socket.close()
    if (step === 1) return signInAndOut(job)
    if (step === 2) return callBackEnd(job)
    return step === 3 ? learn(socket) : burst(socket)
  }
}

// --- Internal helpers ---

const METHODS = Object.keys(methods) as Method[]
const SCHEMAS: Record<string, { safeParse(value: unknown): { success: boolean } }> = events

/** Calls of the back end about somebody who is just chatting. */
async function callBackEnd({ target, random, tally, userIds }: Job): Promise<void> {
  const userId = random.pick(userIds)
  const began = performance.now()
  const name = { userId, displayName: `${userId} the ${random.below(1_000)}` }
  const { status } = await random.pick([
    () => target.call(`DELETE /api/users/${userId}/sessions`),
    () => target.call('POST /api/users/register', name),
    () => target.call(`GET /api/users/${userId}/online`),
    () => target.call('POST /api/users/session-token', { userId }),
  ])()
  if (status === 200) tally.answered('sequence', status, performance.now() - began)
  else tally.fault({ kind: 'sequence', what: `answered ${status}`, input: `a call about ${userId}` })
}

/** Signs a browser in and out, with every step now and then left out or done again. */
async function signInAndOut({ target, random, tally, userIds }: Job): Promise<void> {
  const { body } = await target.call('POST /api/users/sign-in-link', { userId: random.pick(userIds) })
  const code = new URL(String(body['url'])).searchParams.get('code') ?? ''
  let cookie = 'rufer_session=none'
  const post = (path: string, sent: string, headers: Record<string, string>) =>
    fetch(`${target.url}${path}`, {
      method: 'POST',
      redirect: 'manual',
      body: sent,
      headers: { cookie, ...ANSWERED_ONCE, ...headers },
    })
  const steps = [
    () => post('/sign-in', `code=${code}`, { 'content-type': 'application/x-www-form-urlencoded' }),
    () => post('/api/session-token', '{}', { 'content-type': 'application/json', 'x-rufer-secret-key': KEY }),
    () => post('/api/sign-out', '', {}),
  ]
  for (const step of random.list([1, 6], (at) => (random.chance(0.7) ? steps[at % 3] : random.pick(steps)))) {
    const began = performance.now()
    const answer = await orLate(Promise.resolve(step?.()))
    if (!answer || answer === 'late') continue
    cookie = answer.headers.getSetCookie()[0]?.split(';')[0] || cookie
    if ([200, 303, 403, 410].includes(answer.status))
      tally.answered('sequence', answer.status, performance.now() - began)
    else tally.fault({ kind: 'sequence', what: `answered ${answer.status}`, input: answer.url })
  }
}

/** What is wrong with an event: its form, or its place among the messages of its conversation. */
function faultOf({ event, data }: Frame, seqs: Map<string, number>): string | undefined {
  if (!SCHEMAS[String(event)]?.safeParse(data).success) return 'an event that is not defined'
  if (event !== 'message.created') return undefined
  const { message }: { message: { conversationId: string; seq: number } } = Object(data)
  const last = seqs.get(message.conversationId)
  seqs.set(message.conversationId, message.seq)
  return last === undefined || message.seq === last + 1 ? undefined : `message ${message.seq} after ${last}`
}

/** What a reply says, if it is one that is defined; a socket that has ended owes none. */
function outcomeOf(
  method: Method,
  reply: Frame | undefined | 'late',
  socket: FuzzSocket,
): string | undefined {
  if (reply === undefined) return socket.isRevoked() ? 'ended' : undefined
  if (reply === 'late') return undefined
  if ('result' in reply)
    return methods[method].result.safeParse(reply['result']).success ? 'result' : undefined
  const { code }: { code?: unknown } = Object(reply['error'])
  return isErrorCode(code) && code !== 'internal' && code !== 'invalid-params' ? code : knownRefusal(code)
}

/** Oneself is nobody's peer. */
function knownRefusal(code: unknown): string | undefined {
  return code === 'invalid-params' ? code : undefined
}
