// ChatClient after a reconnect: the pages of the list it holds are asked again, all of them and no others.
import { expect, it, vi } from 'vitest'
import type { Conversation } from '#rufer/shared/model/conversation.ts'
import { aConversation } from '../../helpers/chat-fixtures.ts'
import { isLive, seqsOf, startClient, syncAnswer } from '../../helpers/scripted-client.ts'
import { lastLink, type Answers, type ScriptedServer } from '../../helpers/scripted-server.ts'

it('learns of the first conversation of all, made meanwhile', async () => {
  const { client, server } = await startClient()
  await isLive(client)
  await client.listConversations()
  server.answers['conversation.list'] = () => ({
    conversations: [aConversation({ rev: 1, seq: 1 })],
    nextCursor: null,
  })
  server.answers['conversation.sync'] = ({ revs }) => syncAnswer(revs, 1)
  const seqs = seqsOf(client)
  lastLink(server).socket.terminate()
  await vi.waitFor(() => expect(seqs).toEqual([1]))
})

it('learns of one made meanwhile that stands below all it held, which were busy since', async () => {
  const all = list(300, 1000)
  const { client, server } = await startClient(listing(all))
  await isLive(client)
  await client.listConversations({ limit: 5 })
  const made = conversation(1001)
  server.answers = listing([...touched(all.slice(0, 120).toReversed()), made, ...all.slice(120)])
  expect(await toldAfterReconnect(client, server)).toContain(made.id)
})

it('asks no further than the pages it held reach now, however long the list', async () => {
  const all = list(1000, 2000)
  const { client, server } = await startClient(listing(all))
  await isLive(client)
  await client.listConversations({ limit: 50 })
  for (let times = 0; times < 3; times++) {
    const known = await toldAfterReconnect(client, server)
    expect(known).toHaveLength(50)
    expect(pagesAsked(server)).toBe(1)
  }
  // 149 of those below move to the top: all that stands above the last one held is asked for.
  server.answers = listing([...all.slice(0, 500), ...touched(all.slice(500, 649)), ...all.slice(649)])
  expect(await toldAfterReconnect(client, server)).toHaveLength(199)
  expect(pagesAsked(server)).toBe(2)
})

it('stops asking for one that is in the list no more', async () => {
  const all = list(1000, 2000)
  const { client, server } = await startClient(listing(all))
  await isLive(client)
  await client.listConversations({ limit: 50 })
  server.answers = listing(all.slice(1))
  await toldAfterReconnect(client, server)
  expect(pagesAsked(server)).toBe(1)
})

/** Loses the connection, and gives the ids of the conversations told until it is live again. */
async function toldAfterReconnect(client: Parameters<typeof isLive>[0], server: ScriptedServer) {
  const ids: string[] = []
  const off = client.on('conversation.updated', ({ conversation: { id } }) => ids.push(id))
  const links = server.links.length
  lastLink(server).socket.terminate()
  await vi.waitFor(() => expect(server.links).toHaveLength(links + 1))
  await isLive(client)
  off()
  return ids
}

function pagesAsked(server: ScriptedServer): number {
  return lastLink(server).requests.filter(({ method }) => method === 'conversation.list').length
}

/** A server whose list this is; its cursors are places in it. */
function listing(conversations: Conversation[]): Answers {
  const sorted = conversations.toSorted((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1))
  return {
    'conversation.list': ({ cursor, limit }) => {
      const from = Number(cursor ?? 0)
      const to = from + limit
      return {
        conversations: sorted.slice(from, to),
        nextCursor: to < sorted.length ? String(to) : null,
      }
    },
  }
}

/** `count` conversations, the newest first, whose times end at `end`. */
function list(count: number, end: number): Conversation[] {
  return Array.from({ length: count }, (_, index) => conversation(end - index))
}

/** As they are after new messages in all of them. */
function touched(conversations: Conversation[]): Conversation[] {
  return conversations.map((each, index) => ({ ...each, updatedAt: instant(5000 + index) }))
}

function conversation(at: number): Conversation {
  return aConversation({ id: `c${at}`, updatedAt: instant(at) })
}

function instant(at: number): string {
  return new Date(Date.UTC(2026, 0, 1) + at).toISOString()
}
