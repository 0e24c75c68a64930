// Reading back: what the API answers each user once a run is over, and what a client shows that begins afresh.
import type { Conversation } from '#rufer/shared/model/conversation.ts'
import type { Message } from '#rufer/shared/model/message.ts'
import type { Receipt } from '#rufer/shared/model/receipt.ts'
import { PAGE_SIZE } from '#rufer/shared/protocol/limits.ts'
import type { Evidence, Reading } from '#rufer/tests/faults/evidence.ts'
import type { History } from '#rufer/tests/faults/history.ts'
import { connect, type TestClient } from '#rufer/tests/helpers/client.ts'
import type { TestServer } from '#rufer/tests/helpers/server.ts'
import { untilLive } from './cast.ts'
import { createDevice } from './device.ts'

interface Asking {
  servers: readonly TestServer[]
  history: History
  userIds: readonly string[]
}

/** Asks as each of the users, each on another server than the last. */
export async function readBack({ servers, history, userIds }: Asking): Promise<Reading[]> {
  const readings: Reading[] = []
  for (const [index, userId] of userIds.entries()) {
    const server = servers[index % servers.length]
    if (server) readings.push(await readAs(server, userId, history))
  }
  return readings
}

/** Has a fresh client of each user load everything; tells their names. */
export async function loadAfresh({ servers, history, userIds }: Asking): Promise<Evidence['fresh']> {
  const fresh = new Map<string, string>()
  for (const userId of userIds) {
    const name = `${userId}/fresh`
    const device = createDevice({ name, userId, addresses: servers, history, random: Math.random })
    device.client.connect()
    await untilLive(device)
    await device.loadAll()
    device.client.close()
    fresh.set(userId, name)
  }
  return fresh
}

// --- Internal helpers ---

async function readAs(server: TestServer, userId: string, history: History): Promise<Reading> {
  const client = await connect(server, userId)
  const { connectionId } = client.started
  const record = history.as(`${userId}/reader`, userId)
  record({ type: 'opened', connectionId })
  const conversations = await listAll(client)
  const reading = {
    userId,
    at: history.now(),
    conversations,
    messages: new Map<string, Message[]>(),
    revisions: new Map<string, { messages: Message[]; receipts: Receipt[] }>(),
    presences: (await client.request('presence.watch', { userIds: peersOf(conversations, userId) }))
      .presences,
  }
  for (const { id } of conversations) {
    reading.messages.set(id, await historyOf(client, id))
    reading.revisions.set(id, await revisionsOf(client, id))
  }
  await client.close()
  record({ type: 'closed', connectionId, code: 1000 })
  return reading
}

async function listAll(client: TestClient): Promise<Conversation[]> {
  const found: Conversation[] = []
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await client.request('conversation.list', { limit: PAGE_SIZE, ...(cursor && { cursor }) })
    found.push(...page.conversations)
    cursor = page.nextCursor
  }
  return found
}

async function historyOf(client: TestClient, conversationId: string): Promise<Message[]> {
  const found: Message[] = []
  for (let hasMore = true; hasMore;) {
    const afterSeq = found.at(-1)?.seq ?? 0
    const page = await client.request('message.list', { conversationId, afterSeq, limit: PAGE_SIZE })
    found.push(...page.messages)
    ;({ hasMore } = page)
  }
  return found
}

async function revisionsOf(client: TestClient, conversationId: string) {
  const found: { messages: Message[]; receipts: Receipt[] } = { messages: [], receipts: [] }
  for (let hasMore = true; hasMore;) {
    const last = Math.max(0, ...[...found.messages, ...found.receipts].map(({ rev }) => rev))
    const { conversations } = await client.request('conversation.sync', { revs: { [conversationId]: last } })
    const [page] = conversations
    found.messages.push(...(page?.messages ?? []))
    found.receipts.push(...(page?.receipts ?? []))
    hasMore = page?.hasMore ?? false
  }
  return found
}

function peersOf(conversations: readonly Conversation[], userId: string): string[] {
  const others = conversations.flatMap(({ members }) => members.map((member) => member.userId))
  return [...new Set(others)].filter((other) => other !== userId)
}
