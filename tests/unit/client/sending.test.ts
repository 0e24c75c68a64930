// ChatClient sending and asking: stored once, or a definite error.
import { expect, it, vi } from 'vitest'
import type { ChatClient } from '#rufer/client/chat-client.ts'
import type { Message } from '#rufer/shared/model/message.ts'
import { createBrowser } from '../../helpers/browser-pages.ts'
import { aConversation, aMessage } from '../../helpers/chat-fixtures.ts'
import { isLive, startClient } from '../../helpers/scripted-client.ts'
import { lastLink, type Answers, type ScriptedServer } from '../../helpers/scripted-server.ts'

it('resolves with the stored message, even when its event came and the reply was lost', async () => {
  const { client, server } = await startClient({
    'message.send': ({ id, text }, link) => {
      link.event('message.created', { message: aMessage({ id, text, senderId: 'alice' }) })
      return 'silence'
    },
  })
  await isLive(client)
  const message = await client.sendMessage({ userId: 'bob', text: 'hello' })
  expect(message).toMatchObject({ text: 'hello', seq: 1 })
  expect(client.outbox).toEqual([])
  expect(lastLink(server).requests.at(-1)?.params).toEqual({ id: message.id, userId: 'bob', text: 'hello' })
})

it('sends again, under the same id, what was under way when the connection was lost', async () => {
  const stored: Message[] = []
  const { client, server } = await startClient({
    'message.send': ({ id, text }, link) => {
      if (server.links.length === 1) {
        link.socket.terminate()
        return 'silence'
      }
      const message = aMessage({ id, text, seq: stored.length + 1 })
      stored.push(message)
      link.event('message.created', { message })
      return { message, duplicate: false }
    },
  })
  const sent = [
    client.sendMessage({ userId: 'bob', text: 'a' }),
    client.sendMessage({ userId: 'bob', text: 'b' }),
  ]
  expect((await Promise.all(sent)).map(({ text }) => text)).toEqual(['a', 'b'])
  const [first] = server.links[0]?.requests.filter(({ method }) => method === 'message.send') ?? []
  expect(first?.params['id']).toBe(stored[0]?.id)
  expect(stored.map(({ text }) => text)).toEqual(['a', 'b'])
})

it('ends as one message when the reply to it gets lost, and the connection with it', async () => {
  const stored = new Map<string, Message>()
  const { client, server } = await startClient({
    'message.send': ({ id, text }) => {
      const duplicate = stored.has(id)
      const message = stored.get(id) ?? aMessage({ id, text, seq: stored.size + 1, senderId: 'alice' })
      stored.set(id, message)
      return { message, duplicate }
    },
  })
  await isLive(client)
  client.loseNextReply()
  const message = await client.sendMessage({ userId: 'bob', text: 'hello' })
  expect(server.links).toHaveLength(2)
  expect([...stored.values()]).toEqual([message])
  expect(client.outbox).toEqual([])
  await client.sendMessage({ userId: 'bob', text: 'again' })
  expect(server.links).toHaveLength(2)
})

it('has nothing on its way once the conversation came with the message in it, before the event', async () => {
  const stored: Message[] = []
  const { client, server } = await startClient({
    'message.send': ({ id, text }) => {
      const message = aMessage({ id, text, senderId: 'alice' })
      stored.push(message)
      return { message, duplicate: false }
    },
    'conversation.get': () => ({ conversation: aConversation({ seq: 1, rev: 1 }) }),
  })
  await isLive(client)
  await client.sendMessage({ conversationId: 'c1', text: 'hello' })
  expect(client.outbox).toMatchObject([{ state: 'sent' }])
  await client.getConversation('c1')
  for (const message of stored) lastLink(server).event('message.created', { message })
  await vi.waitFor(() => expect(client.outbox).toEqual([]))
})

it('rejects what the server refuses', async () => {
  const { client } = await startClient({
    'message.send': () => ({ error: { code: 'user-not-found', message: 'unable to…', retryable: false } }),
  })
  await expect(client.sendMessage({ userId: 'nobody', text: 'a' })).rejects.toMatchObject({
    code: 'user-not-found',
  })
  expect(client.outbox).toMatchObject([{ state: 'failed', text: 'a' }])
})

it('rejects a message that is taken back before the answer came', async () => {
  const { client } = await startClient({ 'message.send': () => 'silence' })
  await isLive(client)
  const sending = client.sendMessage({ id: 'm1', userId: 'bob', text: 'a' })
  client.removeMessage('m1')
  await expect(sending).rejects.toMatchObject({ code: 'withdrawn' })
  expect(client.outbox).toEqual([])
})

it.each<[string, (client: ChatClient, server: ScriptedServer) => void]>([
  ['the user signs out', (client) => client.forgetUnsent()],
  ['the session was ended', (_, server) => lastLink(server).socket.close(4401)],
])('forgets what is unsent, in memory and in the storage, when %s', async (_, signOut) => {
  const browser = createBrowser()
  const { storage, locks } = browser.openPage()
  const { client, server } = await startClient({ 'message.send': () => 'silence' }, { storage, locks })
  await isLive(client)
  const sending = client.sendMessage({ userId: 'bob', text: 'a' })
  client.queueMessage({ userId: 'bob', text: 'b' })
  expect(browser.items.size).toBe(1)
  signOut(client, server)
  await expect(sending).rejects.toMatchObject({ code: 'withdrawn' })
  expect(client.outbox).toEqual([])
  expect(browser.items.size).toBe(0)
})

it('sends what an earlier page left, before what was typed since, and only once it has caught up', async () => {
  const browser = createBrowser()
  const page = browser.openPage()
  const silent = await startClient({ 'message.send': () => 'silence' }, page)
  await isLive(silent.client)
  for (const text of ['a', 'b']) silent.client.queueMessage({ userId: 'bob', text })
  const ids = silent.client.outbox.map(({ id }) => id)
  silent.client.close()
  page.close()

  const { client, server } = await startClient(storing(), browser.openPage())
  await client.sendMessage({ userId: 'bob', text: 'c' })
  const sent = lastLink(server).requests.filter(({ method }) => method === 'message.send')
  expect(sent.map(({ params }) => params['text'])).toEqual(['a', 'b', 'c'])
  expect(sent.map(({ params }) => params['id']).slice(0, 2)).toEqual(ids)
  await vi.waitFor(() => expect(browser.items.size).toBe(0))
})

it('fails the message on whose account the server closed', async () => {
  const { client } = await startClient({
    'message.send': (_, link) => {
      link.socket.close(4400)
      return 'silence'
    },
  })
  await expect(client.sendMessage({ userId: 'bob', text: 'a' })).rejects.toMatchObject({
    code: 'frame-refused',
  })
})

it('never puts a frame on the wire that the server would close for', async () => {
  const { client, server } = await startClient()
  server.session.limits.frameBytes = 200
  await expect(client.sendMessage({ userId: 'bob', text: 'x'.repeat(200) })).rejects.toMatchObject({
    code: 'frame-too-large',
  })
  expect(client.status.state).toBe('live')
})

it('rejects at once while there is no connection', async () => {
  const { client } = await startClient({}, { getToken: () => new Promise(() => undefined) })
  await expect(client.getUser('bob')).rejects.toMatchObject({ code: 'connection-lost', retryable: true })
})

it('rejects with the error of the reply', async () => {
  const error = {
    code: 'rate-limited',
    message: 'unable to get user; …',
    retryable: true,
    retryAfterMs: 5,
  } as const
  const { client } = await startClient({ 'user.get': () => ({ error }) })
  await isLive(client)
  await expect(client.getUser('bob')).rejects.toMatchObject(error)
})

/** A server that stores every message and says so. */
function storing(): Answers {
  let seq = 0
  return {
    'message.send': ({ id, text }, link) => {
      const message = aMessage({ id, text, seq: ++seq, senderId: 'alice' })
      link.event('message.created', { message })
      return { message, duplicate: false }
    },
  }
}
