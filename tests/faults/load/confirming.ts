// Confirming: whatever has come to a device is confirmed as delivered, as the chat page does.
import type { ChatClient } from '#rufer/client/chat-client.ts'
import type { Run } from './calls.ts'

/** How far a device has got in a conversation. */
export interface Seen {
  rev: number
  seq: number
  /** own marker */
  deliveredSeq: number
}

/** One request a conversation at a time; one that fails is not made again before `begin` says so. */
export function createConfirming(client: ChatClient, seen: Map<string, Seen>, run: Run) {
  const busy = new Set<string>()
  const isDone = (conversationId: string) => {
    const { deliveredSeq, seq } = seen.get(conversationId) ?? { deliveredSeq: 0, seq: 0 }
    return deliveredSeq >= seq
  }

  async function confirm(conversationId: string) {
    const params = { conversationId, deliveredSeq: seen.get(conversationId)?.seq ?? 0 }
    let isConfirmed = false
    await run({ method: 'receipt.update', ...params }, async () => {
      const answer = await client.updateReceipt(params)
      const now = seen.get(conversationId)
      if (now) now.deliveredSeq = Math.max(now.deliveredSeq, answer.deliveredSeq)
      isConfirmed = true
      return answer
    })
    return isConfirmed
  }

  async function confirmAll(conversationId: string): Promise<void> {
    if (isDone(conversationId)) return
    const isConfirmed = await confirm(conversationId)
    if (isConfirmed) await confirmAll(conversationId)
  }

  return {
    isDone: () => [...seen.keys()].every(isDone),
    begin: (conversationId: string) => {
      if (busy.has(conversationId)) return
      busy.add(conversationId)
      void confirmAll(conversationId).finally(() => busy.delete(conversationId))
    },
  }
}
