// ChatClient catching up: every stored thing once and in order, whatever was missed.
import { expect, it, vi } from 'vitest'
import { aConversation, aMessage, aReceipt } from '../../helpers/chat-fixtures.ts'
import { isLive, seqsOf, startClient, syncAnswer } from '../../helpers/scripted-client.ts'
import { lastLink, type Answers } from '../../helpers/scripted-server.ts'

it('asks for a gap and delivers every message once, in order', async () => {
  const { client, server } = await startClient({ 'conversation.sync': ({ revs }) => syncAnswer(revs, 4) })
  const seqs = seqsOf(client)
  await isLive(client)
  for (const seq of [1, 4, 5]) lastLink(server).event('message.created', { message: aMessage({ seq }) })
  await vi.waitFor(() => expect(seqs).toEqual([1, 2, 3, 4, 5]))
})

it('asks page after page while there is more, and again for what did not fit', async () => {
  const ids = ['c1', 'c2']
  const { client, server } = await startClient({
    'conversation.list': () => ({
      conversations: ids.map((id) => aConversation({ id })),
      nextCursor: null,
    }),
  })
  await isLive(client)
  await client.listConversations()
  const seen: string[] = []
  client.on('message.created', ({ message }) => seen.push(`${message.conversationId}/${message.seq}`))
  server.answers['conversation.sync'] = ({ revs }) => {
    const [first, ...others] = Object.entries(revs)
    const { conversations } = syncAnswer(Object.fromEntries(first ? [first] : []), 3, 2)
    return { conversations, remaining: others.map(([id]) => id) }
  }
  lastLink(server).socket.terminate()
  await vi.waitFor(() => expect(seen).toHaveLength(6))
  expect(seen.toSorted()).toEqual(['c1/1', 'c1/2', 'c1/3', 'c2/1', 'c2/2', 'c2/3'])
})

it('catches up with more conversations than one question may name', async () => {
  const all = Array.from({ length: 450 }, (_, index) => aConversation({ id: `c${index}` }))
  const { client, server } = await startClient({
    'conversation.list': () => ({ conversations: all, nextCursor: null }),
  })
  await isLive(client)
  await client.listConversations()
  const asked: number[] = []
  server.answers['conversation.sync'] = ({ revs }) => {
    asked.push(Object.keys(revs).length)
    return syncAnswer(revs, 1)
  }
  const seqs = seqsOf(client)
  lastLink(server).socket.terminate()
  await vi.waitFor(() => expect(seqs).toHaveLength(450))
  expect(asked).toEqual([200, 200, 50])
})

it('learns of a conversation made meanwhile, with its messages', async () => {
  const { client, server } = await startClient()
  await isLive(client)
  server.answers['conversation.list'] = () => ({ conversations: [aConversation()], nextCursor: null })
  await client.listConversations()
  server.answers['conversation.list'] = () => ({
    conversations: [aConversation(), aConversation({ id: 'c2', rev: 1, seq: 1 })],
    nextCursor: null,
  })
  server.answers['conversation.sync'] = ({ revs }) => syncAnswer({ c2: revs['c2'] ?? -1 }, 1)
  const seqs = seqsOf(client)
  lastLink(server).socket.terminate()
  await vi.waitFor(() => expect(seqs).toEqual([1]))
})

it('asks again after an error that may pass', async () => {
  const answers: Answers = { 'conversation.sync': () => ({ error: unavailable() }) }
  const { client, server } = await startClient(answers)
  await isLive(client)
  const seqs = seqsOf(client)
  for (const seq of [1, 3]) lastLink(server).event('message.created', { message: aMessage({ seq }) })
  await vi.waitFor(() => expect(lastLink(server).requests.length).toBeGreaterThan(2))
  answers['conversation.sync'] = ({ revs }) => syncAnswer(revs, 3)
  await vi.waitFor(() => expect(seqs).toEqual([1, 2, 3]))
})

it('does not ask on and on a server that knows nothing of a gap it made, but begins anew', async () => {
  const { client, server } = await startClient()
  await isLive(client)
  const first = lastLink(server)
  for (const seq of [1, 3]) first.event('message.created', { message: aMessage({ seq }) })
  await vi.waitFor(() => expect(server.links.length).toBeGreaterThan(1))
  expect(first.requests.filter(({ method }) => method === 'conversation.sync')).toHaveLength(1)
  server.answers['conversation.sync'] = ({ revs }) => syncAnswer(revs, 3)
  const seqs = seqsOf(client)
  await vi.waitFor(() => expect(seqs).toEqual([2, 3]))
})

it('takes receipts in the same order as messages', async () => {
  const { client, server } = await startClient()
  await isLive(client)
  const revs: number[] = []
  client.on('receipt.updated', ({ receipt }) => revs.push(receipt.rev))
  client.on('message.created', ({ message }) => revs.push(message.rev))
  const link = lastLink(server)
  link.event('message.created', { message: aMessage({ seq: 1, rev: 1 }) })
  link.event('receipt.updated', { receipt: aReceipt({ rev: 2 }) })
  link.event('receipt.updated', { receipt: aReceipt({ rev: 2 }) })
  link.event('message.created', { message: aMessage({ seq: 2, rev: 3 }) })
  await vi.waitFor(() => expect(revs).toEqual([1, 2, 3]))
})

function unavailable() {
  return { code: 'store-unavailable', message: 'unable to…', retryable: true, retryAfterMs: 1 } as const
}
