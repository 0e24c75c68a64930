// A plain model of one conversation: what two members' sends and receipts must come to, without a database.
import type { ChatStore } from '#rufer/server/store/port.ts'
import type { Message } from '#rufer/shared/model/message.ts'
import type { Receipt } from '#rufer/shared/model/receipt.ts'
import type { User } from '#rufer/shared/model/user.ts'
import { at, draft } from './harness.ts'

export type Step = { member: 0 | 1; ms: number } & (
  | { kind: 'send' }
  | { kind: 'deliver' | 'read'; seq: number }
)

type Markers = Pick<Receipt, 'deliveredSeq' | 'deliveredAt' | 'readSeq' | 'readAt'>
type ModelMessage = Pick<Message, 'seq' | 'rev' | 'senderId' | 'createdAt' | 'deliveredAt' | 'readAt'>

interface Model {
  users: [string, string]
  rev: number
  latestAt: string
  markers: [Markers, Markers]
  messages: ModelMessage[]
}

export function emptyModel(users: [string, string], latestAt: string): Model {
  return { users, rev: 0, latestAt, markers: [noMarkers(), noMarkers()], messages: [] }
}

/** Does a step in a store; tells where the conversation or the member's markers stand after it. */
export async function step(
  store: ChatStore,
  {
    conversationId,
    users,
    step: { member, ms, ...rest },
  }: { conversationId: string; users: string[]; step: Step },
) {
  const userId = users[member] ?? ''
  if (rest.kind === 'send') {
    const outcome = await store.appendMessage(
      draft({ senderId: userId, target: { conversationId }, at: at(ms) }),
    )
    return 'message' in outcome ? outcome.message.seq : outcome.outcome
  }
  const wanted = rest.kind === 'read' ? { readSeq: rest.seq } : { deliveredSeq: rest.seq }
  const outcome = await store.moveReceipt({ conversationId, userId, ...wanted, at: at(ms) })
  return 'readSeq' in outcome ? [outcome.deliveredSeq, outcome.readSeq] : outcome.outcome
}

/** Does the same step in the model. */
export function applyToModel(model: Model, { member, ms, ...rest }: Step) {
  const seq = model.messages.length
  const markers = model.markers[member]
  if (rest.kind === 'send') {
    const createdAt = nextInstant(model, ms)
    const senderId = model.users[member]
    model.messages.push({
      seq: seq + 1,
      rev: model.rev,
      senderId,
      createdAt,
      deliveredAt: null,
      readAt: null,
    })
    move(model, member, { delivered: seq + 1, read: seq + 1, instant: createdAt })
    return seq + 1
  }
  const read = Math.max(markers.readSeq, rest.kind === 'read' ? Math.min(rest.seq, seq) : 0)
  const delivered = Math.max(markers.deliveredSeq, read, Math.min(rest.seq, seq))
  if (read > markers.readSeq || delivered > markers.deliveredSeq) {
    move(model, member, { delivered, read, instant: nextInstant(model, ms) })
  }
  return [markers.deliveredSeq, markers.readSeq]
}

/** What a client ends with that applies revisions one after the other, and stamps messages by itself. */
export function rebuild(revisions: (Message | Receipt)[], users: User[]) {
  const members = users.map(({ userId, displayName }) => Object.assign(noMarkers(), { userId, displayName }))
  const messages: Message[] = []
  for (const revision of revisions) {
    const isMessage = 'senderId' in revision
    const markers = isMessage ? ownMarkers(revision) : revision
    const userId = isMessage ? revision.senderId : revision.userId
    if (isMessage) messages.push({ ...revision, deliveredAt: null, readAt: null })
    const { deliveredSeq, deliveredAt, readSeq, readAt } = markers
    const member = members.find((candidate) => candidate.userId === userId)
    Object.assign(member ?? {}, { deliveredSeq, deliveredAt, readSeq, readAt })
    stamp(messages, { ...markers, userId })
  }
  return { messages, members }
}

// --- helpers ---

function noMarkers(): Markers {
  return { deliveredSeq: 0, deliveredAt: null, readSeq: 0, readAt: null }
}

/** Sending reads what came before. */
function ownMarkers({ seq, createdAt }: Message): Markers {
  return { deliveredSeq: seq, deliveredAt: createdAt, readSeq: seq, readAt: createdAt }
}

function nextInstant(model: Model, ms: number) {
  model.rev += 1
  if (at(ms) > model.latestAt) model.latestAt = at(ms)
  return model.latestAt
}

function move(model: Model, member: 0 | 1, to: { delivered: number; read: number; instant: string }) {
  const markers = model.markers[member]
  if (to.delivered > markers.deliveredSeq) {
    markers.deliveredSeq = to.delivered
    markers.deliveredAt = to.instant
  }
  if (to.read > markers.readSeq) {
    markers.readSeq = to.read
    markers.readAt = to.instant
  }
  stamp(model.messages, { ...markers, userId: model.users[member] })
}

/** The first instant at which a member's markers cover a message of the other one stays with it. */
function stamp(messages: ModelMessage[], markers: Markers & { userId: string }) {
  for (const message of messages.filter(({ senderId }) => senderId !== markers.userId)) {
    if (message.seq <= markers.deliveredSeq) message.deliveredAt ??= markers.deliveredAt
    if (message.seq <= markers.readSeq) message.readAt ??= markers.readAt
  }
}
