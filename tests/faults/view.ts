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
      })
    } else if (entry.type === 'event') apply(view, entry.event)
  }
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
  } else if (event === 'receipt.updated') {
    const { receipt } = data
    const known = view.get(receipt.conversationId)
    if (known) move(known, receipt.userId, toMarkers(receipt))
  }
}

function move(view: ConversationView, userId: string, markers: Markers) {
  view.markers.set(userId, markers)
  for (const [seq, message] of view.messages) {
    if (message.senderId === userId) continue
    const deliveredAt = message.deliveredAt ?? (seq <= markers.deliveredSeq ? markers.deliveredAt : null)
    const readAt = message.readAt ?? (seq <= markers.readSeq ? markers.readAt : null)
    if (deliveredAt !== message.deliveredAt || readAt !== message.readAt)
      view.messages.set(seq, { ...message, deliveredAt, readAt })
  }
}

function toMarkers({ deliveredSeq, deliveredAt, readSeq, readAt }: Markers): Markers {
  return { deliveredSeq, deliveredAt, readSeq, readAt }
}
