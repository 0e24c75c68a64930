// Loading: a device begins to follow conversations, with all the messages that they have by then.
import type { ChatClient } from '#rufer/client/chat-client.ts'
import type { Conversation } from '#rufer/shared/model/conversation.ts'
import type { Message } from '#rufer/shared/model/message.ts'
import { PAGE_SIZE } from '#rufer/shared/protocol/limits.ts'
import type { Recorder } from '#rufer/tests/faults/history.ts'
import type { Seen } from './confirming.ts'

interface Loading {
  userId: string
  seen: Map<string, Seen>
  record: Recorder
}

export function createLoader(client: ChatClient, { userId, seen, record }: Loading) {
  /** From here on; its messages follow. */
  async function load(conversation: Conversation) {
    const { id, rev, seq, members } = conversation
    const own = members.find((member) => member.userId === userId)
    const messages: Message[] = []
    seen.set(id, { rev, seq, deliveredSeq: own?.deliveredSeq ?? 0 })
    record({ type: 'loaded', conversation, messages })
    for (let next = 1; next <= seq; next = messages.length + 1) {
      const page = await client.listMessages({ conversationId: id, afterSeq: next - 1, limit: PAGE_SIZE })
      messages.push(...page.messages.filter((message) => message.seq <= seq))
    }
  }

  return {
    /** Opens the conversations with these users, and watches where they are. */
    openAll: async (userIds: string[]) => {
      const opened: Conversation[] = []
      for (const peer of userIds) {
        const conversation = await client.openConversation(peer)
        await load(conversation)
        opened.push(conversation)
      }
      // told at once, as what comes later is
      const presences = await client.watchPresence(userIds)
      for (const presence of presences)
        record({ type: 'event', event: { event: 'presence.changed', data: { presence } } })
      return opened
    },
    /** Loads every conversation there is. */
    loadAll: async () => {
      for (let cursor: string | null | undefined; cursor !== null;) {
        const page = await client.listConversations({ limit: PAGE_SIZE, ...(cursor && { cursor }) })
        for (const conversation of page.conversations) await load(conversation)
        cursor = page.nextCursor
      }
    },
  }
}
