// View: what a client shows of its conversations, made of what it loaded and was told since, as its user would make it.
import type { Message } from '#rufer/shared/model/message.ts'
import type { Receipt } from '#rufer/shared/model/receipt.ts'
import type { ChatEvent } from '#rufer/shared/protocol/events.ts'
import type { Entry } from './history.ts'

type Markers = Pick<Receipt, 'deliveredSeq' | 'deliveredAt' | 'readSeq' | 'readAt'>

export interface ConversationView {
  /** by seq */
  messages: Map<number, Message>
  markers: Map<string, Markers>
  /** by user, all places where their markers were told to be */
  moves: Map<string, Markers[]>
}

/** By conversation. */
export type View = Map<string, ConversationView>

/** What a client shows after these entries, which are all its own. */
export function viewOf(entries: readonly Entry[]): View {
  const view: View = new Map()
  for (const entry of entries) {
    if (entry.type === 'loaded') {
      const { conversation, messages } = entry
      view.set(conversation.id, {
        messages: new Map(messages.map((message) => [message.seq, message])),
        markers: new Map(conversation.members.map((member) => [member.userId, toMarkers(member)])),
        moves: new Map(conversation.members.map((member) => [member.userId, [toMarkers(member)]])),
      })
    } else if (entry.type === 'event') apply(view, entry.event)
  }
  for (const { messages, moves } of view.values())
    for (const [seq, message] of messages) messages.set(seq, stamped(moves, message))
  return view
}

// --- Internal helpers ---

function apply(view: View, { event, data }: ChatEvent): void {
  if (event === 'message.created') {
    const { message } = data
    const { conversationId, senderId, seq, createdAt } = message
    const known = view.get(conversationId)
    if (!known) return
    known.messages.set(seq, message)
    // sending reads what came before
    const markers = { deliveredSeq: seq, deliveredAt: createdAt, readSeq: seq, readAt: createdAt }
    move(known, senderId, markers)
  } else if (event === 'message.updated') {
    const { message } = data
    const known = view.get(message.conversationId)
    known?.messages.set(message.seq, message)
  } else if (event === 'receipt.updated') {
    const { receipt } = data
    const known = view.get(receipt.conversationId)
    if (known) move(known, receipt.userId, toMarkers(receipt))
  }
}

function move(view: ConversationView, userId: string, markers: Markers) {
  view.markers.set(userId, furthest(view.markers.get(userId), markers))
  const moves = view.moves.get(userId) ?? []
  view.moves.set(userId, moves)
  moves.push(markers)
}

/**
 * When the other member first covered a message: markers only move forward, so it was with the lowest that covers it. What
 * was emptied is told later than receipts behind it, and sending it had moved them, too.
 */
function stamped(moves: ConversationView['moves'], message: Message): Message {
  const { senderId, seq } = message
  const others = [...moves].flatMap(([userId, own]) => (userId === senderId ? [] : own))
  const delivered = lowest(others, (own) => own.deliveredSeq, seq)
  const read = lowest(others, (own) => own.readSeq, seq)
  return {
    ...message,
    deliveredAt: message.deliveredAt ?? delivered?.deliveredAt ?? null,
    readAt: message.readAt ?? read?.readAt ?? null,
  }
}

function lowest(moves: readonly Markers[], seqOf: (markers: Markers) => number, from: number) {
  return moves.reduce<Markers | undefined>((low, own) => {
    const isCovering = seqOf(own) >= from
    return isCovering && (!low || seqOf(own) < seqOf(low)) ? own : low
  }, undefined)
}

/** Each only moves forward, in whichever order its moves are told. */
function furthest(before: Markers | undefined, after: Markers): Markers {
  if (!before) return after
  const delivered = after.deliveredSeq > before.deliveredSeq ? after : before
  const read = after.readSeq > before.readSeq ? after : before
  return {
    deliveredSeq: delivered.deliveredSeq,
    deliveredAt: delivered.deliveredAt,
    readSeq: read.readSeq,
    readAt: read.readAt,
  }
}

function toMarkers({ deliveredSeq, deliveredAt, readSeq, readAt }: Markers): Markers {
  return { deliveredSeq, deliveredAt, readSeq, readAt }
}
