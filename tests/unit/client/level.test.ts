// ChatClient staying level: what no event told of is found by asking, mended, and counted; what is on its way is not.
import { expect, it, vi } from 'vitest'
import type { ChatClient } from '#rufer/client/chat-client.ts'
import { aConversation, aMember, aMessage } from '../../helpers/chat-fixtures.ts'
import { ManualClock } from '../../helpers/manual-clock.ts'
import { isLive, seqsOf, startClient, syncAnswer } from '../../helpers/scripted-client.ts'
import { lastLink, type Answers, type ScriptedServer } from '../../helpers/scripted-server.ts'

it('asks by the revs it holds and for the first page of the list; an empty answer is level', async () => {
  const { client, server, gaps } = await listed([aConversation({ rev: 3, seq: 2 })])
  lastLink(server).requests.length = 0
  await client.check()
  expect(asked(server)).toEqual([
    ['conversation.sync', { revs: { c1: 3 }, limit: 1 }],
    ['conversation.list', {}],
  ])
  expect(gaps).toEqual([])
})

it('asks for the 200 newest, as they are now', async () => {
  const all = Array.from({ length: 300 }, (_, index) =>
    aConversation({ id: `c${index}`, updatedAt: instant(1000 - index) }),
  )
  const { client, server } = await listed(all)
  const seqs = seqsOf(client)
  lastLink(server).event('message.created', {
    message: aMessage({ conversationId: 'c299', createdAt: instant(2000) }),
  })
  await vi.waitFor(() => expect(seqs).toEqual([1]))
  lastLink(server).requests.length = 0
  await client.check()
  const newest = [...all.slice(0, 199).map(({ id }) => [id, 0]), ['c299', 1]]
  expect(asked(server)[0]).toEqual(['conversation.sync', { revs: Object.fromEntries(newest), limit: 1 }])
})

it('finds what no event told of, mends it, and counts it once', async () => {
  const { client, server, clock, gaps } = await listed([aConversation({ rev: 1, seq: 1 })])
  const seqs = seqsOf(client)
  server.answers['conversation.sync'] = ({ revs, limit }) => syncAnswer(revs, 3, limit)
  const checked = client.check()
  await isWaiting(clock)
  clock.advance(5_000)
  await checked
  expect(seqs).toEqual([2, 3])
  expect(gaps).toEqual(['c1'])
  await client.check()
  expect(gaps).toEqual(['c1'])
})

it('takes what is still on its way as an event for no gap', async () => {
  const { client, server, clock, gaps } = await listed([aConversation({ rev: 1, seq: 1 })])
  const seqs = seqsOf(client)
  server.answers['conversation.sync'] = ({ revs, limit }) => syncAnswer(revs, 3, limit)
  server.answers['conversation.list'] = () => ({
    conversations: [aConversation({ rev: 3, seq: 3 }), aConversation({ id: 'c2', rev: 1, seq: 1 })],
    nextCursor: null,
  })
  const told = tellings(client)
  const checked = client.check()
  await isWaiting(clock)
  const link = lastLink(server)
  link.event('conversation.updated', { conversation: aConversation({ id: 'c2' }) })
  link.event('message.created', { message: aMessage({ seq: 1, conversationId: 'c2' }) })
  for (const seq of [2, 3]) link.event('message.created', { message: aMessage({ seq }) })
  await vi.waitFor(() => expect(seqs).toEqual([1, 2, 3]))
  // Nothing was told by what the check read, which was ahead of the events.
  expect(told).toEqual(['c2'])
  clock.advance(5_000)
  await checked
  expect(seqs).toEqual([1, 2, 3])
  expect(gaps).toEqual([])
})

it('finds a conversation that it was not told of, with its messages', async () => {
  const { client, server, clock, gaps } = await listed([aConversation()])
  const seqs = seqsOf(client)
  server.answers['conversation.list'] = () => ({
    conversations: [aConversation({ id: 'c2', rev: 2, seq: 2 }), aConversation()],
    nextCursor: null,
  })
  server.answers['conversation.sync'] = ({ revs }) => syncAnswer('c2' in revs ? { c2: revs['c2'] } : {}, 2)
  const told = tellings(client)
  const checked = client.check()
  await isWaiting(clock)
  clock.advance(5_000)
  await checked
  expect(seqs).toEqual([1, 2])
  expect(told).toContain('c2')
  expect(gaps).toEqual(['c2'])
})

it('learns of a changed profile, which takes no rev and is no gap', async () => {
  const { client, server, gaps } = await listed([aConversation()])
  const members = [aMember('alice'), aMember('bob', { displayName: 'Robert' })]
  server.answers['conversation.list'] = () => ({
    conversations: [aConversation({ members })],
    nextCursor: null,
  })
  const names: unknown[] = []
  client.on('conversation.updated', ({ conversation }) => names.push(conversation.members[1]?.displayName))
  await client.check()
  expect(names).toEqual(['Robert'])
  expect(gaps).toEqual([])
})

it('counts a gap that an event shows, but none that a reconnect made', async () => {
  const { client, server, clock, gaps } = await listed([aConversation()])
  const seqs = seqsOf(client)
  server.answers['conversation.sync'] = ({ revs }) => syncAnswer(revs, 3)
  lastLink(server).event('message.created', { message: aMessage({ seq: 3 }) })
  await vi.waitFor(() => expect(seqs).toEqual([1, 2, 3]))
  expect(gaps).toEqual(['c1'])
  server.answers['conversation.sync'] = ({ revs }) => syncAnswer(revs, 6)
  await reconnect(client, server, clock)
  expect(seqs).toEqual([1, 2, 3, 4, 5, 6])
  expect(gaps).toEqual(['c1'])
})

it('drops what overlaps when events come while it reads what it missed', async () => {
  const { client, server, clock, gaps } = await listed([aConversation()])
  const seqs = seqsOf(client)
  server.answers['conversation.sync'] = ({ revs }, link) => {
    for (const seq of [3, 4, 5]) link.event('message.created', { message: aMessage({ seq }) })
    return syncAnswer(revs, 4)
  }
  await reconnect(client, server, clock)
  await vi.waitFor(() => expect(seqs).toEqual([1, 2, 3, 4, 5]))
  expect(gaps).toEqual([])
})

it('asks nothing while there is no connection, nor while it asks already', async () => {
  const { client, server } = await listed([aConversation()])
  lastLink(server).requests.length = 0
  await Promise.all([client.check(), client.check()])
  expect(asked(server)).toHaveLength(2)
  client.close()
  await client.check()
  expect(asked(server)).toHaveLength(2)
})

it('tells of a check that failed, and goes on', async () => {
  const { client, server, gaps } = await listed([aConversation()])
  const failures: string[] = []
  client.on('trace', (trace) => {
    if (trace.kind === 'failure') failures.push(trace.operation)
  })
  const error = { code: 'rate-limited', message: 'unable to…', retryable: true } as const
  server.answers['conversation.sync'] = () => ({ error })
  await client.check()
  expect(failures).toEqual(['check'])
  expect(client.status.state).toBe('live')
  expect(gaps).toEqual([])
})

/** A client that is live and has listed these; every answer may be replaced. */
async function listed(conversations: ReturnType<typeof aConversation>[]) {
  const clock = new ManualClock()
  const answers: Answers = { 'conversation.list': () => ({ conversations, nextCursor: null }) }
  const { client, server } = await startClient(answers, { clock })
  const gaps: string[] = []
  client.on('trace', (trace) => {
    if (trace.kind === 'gap') gaps.push(trace.conversationId)
  })
  await isLive(client)
  await client.listConversations()
  return { client, server, clock, gaps }
}

function asked(server: ScriptedServer) {
  return lastLink(server).requests.map(({ method, params }) => [method, params])
}

/** The ids of the conversations told of from now on. */
function tellings(client: ChatClient): string[] {
  const ids: string[] = []
  client.on('conversation.updated', ({ conversation: { id } }) => ids.push(id))
  return ids
}

/** Resolves once the check gives events their time; the heartbeat waits as long. */
async function isWaiting(clock: ManualClock) {
  await vi.waitFor(() => expect(clock.waits().filter((ms) => ms === 5_000)).toHaveLength(2))
}

/** Loses the connection, and comes back. */
async function reconnect(client: ChatClient, server: ScriptedServer, clock: ManualClock) {
  lastLink(server).socket.terminate()
  await vi.waitFor(() => expect(client.status.state).toBe('offline'))
  clock.advance(0)
  await isLive(client)
}

function instant(at: number): string {
  return new Date(Date.UTC(2026, 0, 1) + at).toISOString()
}
