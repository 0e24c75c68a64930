// ChatClient sending and asking: stored once, or a definite error.
import { expect, it } from 'vitest'
import type { Message } from '#rufer/shared/model/message.ts'
import { aMessage } from '../../helpers/chat-fixtures.ts'
import { isLive, startClient } from '../../helpers/scripted-client.ts'
import { lastLink } from '../../helpers/scripted-server.ts'

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

it('rejects what the server refuses', async () => {
  const { client } = await startClient({
    'message.send': () => ({ error: { code: 'user-not-found', message: 'unable to…', retryable: false } }),
  })
  await expect(client.sendMessage({ userId: 'nobody', text: 'a' })).rejects.toMatchObject({
    code: 'user-not-found',
  })
  expect(client.outbox).toMatchObject([{ state: 'failed', text: 'a' }])
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
