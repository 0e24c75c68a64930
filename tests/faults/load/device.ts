// A device: the real client, of one user, that records all it asks for, is answered and sees, and confirms what it gets.
import { v7 } from 'uuid'
import { ChatClient } from '#rufer/client/chat-client.ts'
import type { Conversation } from '#rufer/shared/model/conversation.ts'
import type { Message } from '#rufer/shared/model/message.ts'
import type { History } from '#rufer/tests/faults/history.ts'
import type { ServerAddress } from '#rufer/tests/helpers/server.ts'
import { createCalls } from './calls.ts'
import { createConfirming, type Seen } from './confirming.ts'
import { createLoader } from './loading.ts'
import { recordConnections, recordEvents } from './recording.ts'
import { createWayIn } from './way-in.ts'

export interface Device {
  name: string
  userId: string
  client: ChatClient
  /** by conversation, how far it has got */
  seen: ReadonlyMap<string, Seen>
  /** Opens the conversations with these users, and follows them and where they are. */
  openAll: (userIds: string[]) => Promise<Conversation[]>
  /** Loads every conversation there is, as one does who begins afresh. */
  loadAll: () => Promise<void>
  /** Sends a message, or one again that has this id and text. */
  send: (conversationId: string, again?: Sent) => void
  /** Moves the marker of what was read to the end. */
  read: (conversationId: string) => void
  /** Looks at the newest messages. */
  list: (conversationId: string) => void
  type: (conversationId: string, event: 'start' | 'stop') => void
  /** Confirms once more what came and could not be confirmed. */
  confirm: () => void
  /** the messages that it sent and that were stored */
  sent: readonly Sent[]
  /** Whether nothing is under way or left to be confirmed. */
  isIdle: () => boolean
}

type Sent = Pick<Message, 'id' | 'text' | 'conversationId'>

export interface DeviceOptions {
  /** "alice/phone" of alice */
  name: string
  userId: string
  /** where it connects, the first being tried first */
  addresses: readonly ServerAddress[]
  history: History
  random: () => number
}

/** Makes a client that is not yet connected. */
export function createDevice({ name, userId, addresses, history, random }: DeviceOptions): Device {
  const record = history.as(name, userId)
  const connections = recordConnections(record, history.nextCall)
  const wayIn = createWayIn({ userId, addresses, onAttempt: connections.attempted })
  const client = new ChatClient({
    url: 'ws://anywhere',
    getToken: wayIn.getToken,
    WebSocket: wayIn.WebSocket,
    random,
  })
  const seen = new Map<string, Seen>()
  const sent: Sent[] = []
  const sending = new Set<string>()
  const call = createCalls(record, history.nextCall)
  const confirming = createConfirming(client, seen, call.run)
  const confirm = () => {
    for (const conversationId of seen.keys()) confirming.begin(conversationId)
  }
  client.on('trace', (trace) => {
    const isFailure = connections.traced(trace) === 'failed'
    if (isFailure) wayIn.goOn()
  })
  client.on('status', ({ state }) => {
    record({ type: 'status', state })
    if (state === 'live') confirm()
  })
  recordEvents(client, record)
  follow(client, { userId, seen, onMessage: confirming.begin })
  const loader = createLoader(client, { userId, seen, record })

  return {
    name,
    userId,
    client,
    seen,
    sent,
    openAll: loader.openAll,
    loadAll: loader.loadAll,
    send(conversationId, again) {
      const id = again?.id ?? v7()
      const text = again?.text ?? `${name} says ${id}`
      // the client waits for one answer an id
      if (sending.has(id)) return
      sending.add(id)
      void call.run({ method: 'message.send', id, conversationId, text }, async () => {
        const message = await client
          .sendMessage({ id, conversationId, text })
          .finally(() => sending.delete(id))
        if (!again) sent.push({ id, text, conversationId })
        return { message }
      })
    },
    read(conversationId) {
      const readSeq = seen.get(conversationId)?.seq ?? 0
      const params = { conversationId, readSeq }
      if (readSeq > 0)
        void call.run({ method: 'receipt.update', ...params }, () => client.updateReceipt(params))
    },
    list(conversationId) {
      void call.run({ method: 'message.list', conversationId }, async () => {
        const { messages } = await client.listMessages({ conversationId, limit: 20 })
        return { messages }
      })
    },
    type(conversationId, event) {
      void call.run({ method: `typing.${event}`, conversationId }, async () => {
        await (event === 'start' ? client.startTyping(conversationId) : client.stopTyping(conversationId))
        return {}
      })
    },
    confirm,
    isIdle: () => client.outbox.length === 0 && call.underWay() === 0 && confirming.isDone(),
  }
}

// --- Internal helpers ---

interface Following {
  userId: string
  seen: Map<string, Seen>
  onMessage: (conversationId: string) => void
}

function follow(client: ChatClient, { userId, seen, onMessage }: Following) {
  client.on('message.created', ({ message: { conversationId, senderId, seq, rev } }) => {
    const now = seen.get(conversationId)
    if (!now) return
    Object.assign(now, { seq, rev })
    if (senderId === userId) now.deliveredSeq = Math.max(now.deliveredSeq, seq)
    else onMessage(conversationId)
  })
  client.on('receipt.updated', ({ receipt }) => {
    const now = seen.get(receipt.conversationId)
    if (!now) return
    now.rev = receipt.rev
    if (receipt.userId === userId) now.deliveredSeq = Math.max(now.deliveredSeq, receipt.deliveredSeq)
  })
}
