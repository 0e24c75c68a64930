// A ChatClient connected to a ScriptedServer; both are closed when the test ends.
import { expect, onTestFinished, vi } from 'vitest'
import { WebSocket } from 'ws'
import type { ChatClientOptions } from '#rufer/client/chat-client-options.ts'
import { ChatClient } from '#rufer/client/chat-client.ts'
import type { ConnectionStatus } from '#rufer/client/status.ts'
import { aConversation, aMessage } from './chat-fixtures.ts'
import { startScriptedServer, type Answers } from './scripted-server.ts'

export async function startClient(answers: Answers = {}, options: Partial<ChatClientOptions> = {}) {
  const server = await startScriptedServer(answers)
  let tokens = 0
  const client = new ChatClient({
    url: server.url,
    WebSocket,
    getToken: () => Promise.resolve({ token: `token-${++tokens}` }),
    random: () => 0,
    ...options,
  })
  const statuses: ConnectionStatus[] = []
  client.on('status', (status) => statuses.push(status))
  onTestFinished(async () => {
    client.close()
    await server.close()
  })
  client.connect()
  return { client, server, statuses }
}

export async function isLive(client: ChatClient) {
  await vi.waitFor(() => expect(client.status.state).toBe('live'), { timeout: 20_000 })
}

export function seqsOf(client: ChatClient): number[] {
  const seqs: number[] = []
  client.on('message.created', ({ message }) => seqs.push(message.seq))
  return seqs
}

/** The answer to `conversation.sync`: messages up to `seq` in every conversation asked for, `limit` at once. */
export function syncAnswer(revs: Record<string, number>, seq: number, limit = 100) {
  const conversations = Object.entries(revs).map(([id, rev]) => {
    const to = Math.min(seq, rev + limit)
    const seqs = Array.from({ length: Math.max(0, to - rev) }, (_, index) => rev + index + 1)
    return {
      conversation: aConversation({ id, seq, rev: seq }),
      messages: seqs.map((each) => aMessage({ seq: each, conversationId: id })),
      receipts: [],
      hasMore: to < seq,
    }
  })
  return { conversations }
}
