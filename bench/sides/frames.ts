// What the bare relays say: the same as Rufer, made of what they are told.

export interface MessageParams {
  id: string
  text: string
}

/** A message that was given the next number of its connection, and was stored nowhere. */
export function toMessage(
  { id, text }: MessageParams,
  sent: { conversationId: string; senderId: string; seq: number },
) {
  const { conversationId, senderId, seq } = sent
  return {
    id,
    conversationId,
    seq,
    rev: seq,
    senderId,
    text,
    createdAt: new Date().toISOString(),
    deliveredAt: null,
    readAt: null,
  }
}

export function toPresence(userId: string, status: 'online' | 'offline') {
  return { userId, status, lastSeenAt: status === 'online' ? null : new Date().toISOString() }
}
