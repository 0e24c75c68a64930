// ChatClient connecting: fresh tokens, close codes, heartbeats and hints, over real sockets.
import { expect, it, vi } from 'vitest'
import { TokenDelayed } from '#rufer/client/token-delayed.ts'
import { TokenRefused } from '#rufer/client/token-refused.ts'
import { aConversation, aMessage } from '../../helpers/chat-fixtures.ts'
import { ManualClock } from '../../helpers/manual-clock.ts'
import { lastLink } from '../../helpers/scripted-server.ts'
import { isLive, startClient, syncAnswer } from '../../helpers/scripted-client.ts'

it('offers the protocol and a fresh token at every attempt, and goes live', async () => {
  const { client, server } = await startClient()
  await isLive(client)
  expect(lastLink(server).protocols).toEqual(['rufer.v1', 'rufer.token.token-1'])
  lastLink(server).socket.terminate()
  await vi.waitFor(() => expect(server.links).toHaveLength(2))
  expect(lastLink(server).protocols).toEqual(['rufer.v1', 'rufer.token.token-2'])
  await isLive(client)
})

it.each(['sign-in-required', 'user-not-found'] as const)(
  'stays closed when the token is refused: %s',
  async (reason) => {
    const { client } = await startClient({}, { getToken: () => Promise.reject(new TokenRefused(reason)) })
    await vi.waitFor(() => expect(client.status).toEqual({ state: 'closed', reason }))
  },
)

it('asks for a token again when that failed otherwise', async () => {
  const getToken = vi.fn<() => Promise<{ token: string }>>(() => Promise.resolve({ token: 'good' }))
  getToken.mockRejectedValueOnce(new Error('502'))
  const { client } = await startClient({}, { getToken })
  await isLive(client)
  expect(getToken).toHaveBeenCalledTimes(2)
})

it('asks for a token no earlier than it was told, whatever the hints', async () => {
  const clock = new ManualClock()
  const getToken = vi.fn<() => Promise<{ token: string }>>(() => Promise.resolve({ token: 'good' }))
  getToken.mockRejectedValueOnce(new TokenDelayed(7_000))
  const { client } = await startClient({}, { clock, getToken })
  await vi.waitFor(() =>
    expect(client.status).toEqual({
      state: 'offline',
      waitMs: 7_000,
      retryAt: clock.monotonicMs() + 7_000,
      attempt: 2,
    }),
  )
  client.reconnectNow()
  clock.advance(6_999)
  expect(getToken).toHaveBeenCalledTimes(1)
  clock.advance(1)
  await isLive(client)
})

it('gives up after the attempts it was given', async () => {
  const { client } = await startClient(
    {},
    { getToken: () => Promise.reject(new Error('502')), maxAttempts: 3 },
  )
  await vi.waitFor(() => expect(client.status).toMatchObject({ state: 'closed', reason: 'gave-up' }))
})

it('refuses to go on as another user', async () => {
  const { client, server } = await startClient()
  await isLive(client)
  server.session = { ...server.session, userId: 'bob' }
  lastLink(server).socket.terminate()
  await vi.waitFor(() => expect(client.status).toEqual({ state: 'closed', reason: 'user-changed' }))
})

it.each([
  [4401, 'ended'],
  [4400, 'refused'],
  [1003, 'refused'],
  [1000, 'client'],
])('stays closed after %i: %s', async (code, reason) => {
  const { client, server } = await startClient()
  await isLive(client)
  lastLink(server).socket.close(code)
  await vi.waitFor(() => expect(client.status).toEqual({ state: 'closed', reason, code }))
})

it.each([4408, 1013, 1011, 4999])('comes back by itself after %i', async (code) => {
  const { client, server } = await startClient()
  await isLive(client)
  lastLink(server).socket.close(code)
  await vi.waitFor(() => expect(server.links).toHaveLength(2))
  await isLive(client)
})

it('waits as long as the server says before it comes back', async () => {
  const clock = new ManualClock()
  const { client, server } = await startClient({}, { clock })
  await isLive(client)
  lastLink(server).event('session.ending', { reason: 'restarting', reconnectAfterMs: 1234 })
  lastLink(server).socket.close(1012)
  await vi.waitFor(() =>
    expect(client.status).toEqual({
      state: 'offline',
      waitMs: 1234,
      retryAt: clock.monotonicMs() + 1234,
      attempt: 2,
      code: 1012,
    }),
  )
  client.reconnectNow()
  expect(client.status.state).toBe('offline')
  clock.advance(1234)
  await isLive(client)
})

it('pauses for 30 s after it was told that it floods', async () => {
  const clock = new ManualClock()
  const { client, server } = await startClient({}, { clock })
  await isLive(client)
  lastLink(server).socket.close(4429)
  await vi.waitFor(() => expect(client.status).toMatchObject({ state: 'offline', waitMs: 30_000 }))
  client.reconnectNow()
  clock.advance(29_999)
  expect(client.status.state).toBe('offline')
})

it('comes back at once on a hint', async () => {
  const clock = new ManualClock()
  const { client, server } = await startClient({}, { clock, random: () => 0.5 })
  await isLive(client)
  lastLink(server).socket.terminate()
  await vi.waitFor(() => expect(client.status.state).toBe('offline'))
  client.reconnectNow()
  await isLive(client)
})

it('gives up a connection that went silent, and ignores what it still says', async () => {
  const clock = new ManualClock()
  const { client, server } = await startClient({ 'session.ping': () => 'silence' }, { clock })
  await isLive(client)
  const silent = lastLink(server)
  const created = vi.fn<() => void>()
  client.on('message.created', created)
  clock.advance(20_000)
  await vi.waitFor(() => expect(silent.requests.at(-1)?.method).toBe('session.ping'))
  clock.advance(10_000)
  silent.event('message.created', { message: aMessage() })
  await isLive(client)
  expect(server.links).toHaveLength(2)
  expect(created).not.toHaveBeenCalled()
})

it('stays on a connection that answers', async () => {
  const clock = new ManualClock()
  const { client, server } = await startClient({ 'session.ping': () => ({ serverTime: 'now' }) }, { clock })
  await isLive(client)
  const alive = vi.fn<() => void>()
  client.on('trace', ({ kind }) => {
    if (kind === 'received') alive()
  })
  clock.advance(20_000)
  await vi.waitFor(() => expect(alive).toHaveBeenCalled())
  clock.advance(10_000)
  expect(client.status.state).toBe('live')
  expect(server.links).toHaveLength(1)
})

it('goes live only when everything that was missed is there', async () => {
  const { client, server, statuses } = await startClient({
    'conversation.list': () => ({ conversations: [aConversation({ seq: 1, rev: 1 })], nextCursor: null }),
  })
  await isLive(client)
  await client.listConversations()
  const order: string[] = []
  client.on('message.created', ({ message }) => order.push(message.text))
  client.on('status', ({ state }) => order.push(state))
  server.answers['conversation.sync'] = ({ revs }) => syncAnswer(revs, 3)
  lastLink(server).socket.terminate()
  await vi.waitFor(() => expect(order.at(-1)).toBe('live'))
  expect(order).toEqual(['offline', 'connecting', 'syncing', 'text 2', 'text 3', 'live'])
  expect(statuses.slice(0, 3).map(({ state }) => state)).toEqual(['connecting', 'syncing', 'live'])
})
