// ChatClient over time: a sleep of the machine is noticed and doubted at once, a clock that somebody turns changes nothing.
import { expect, it, vi } from 'vitest'
import type { ChatClient } from '#rufer/client/chat-client.ts'
import { ManualClock } from '../../helpers/manual-clock.ts'
import { lastLink, type Answers, type ScriptedServer } from '../../helpers/scripted-server.ts'
import { isLive, startClient } from '../../helpers/scripted-client.ts'

const HOUR_MS = 3_600_000
const silent: Answers = { 'session.ping': () => 'silence' }
const answering: Answers = { 'session.ping': () => ({ serverTime: 'now' }) }

it.each(['sleep', 'sleepCounted'] as const)(
  'finds a link that died in the machine’s sleep within 30 s of waking (%s)',
  async (sleep) => {
    const clock = new ManualClock()
    const { client, server } = await startClient(silent, { clock })
    await isLive(client)
    clock[sleep](HOUR_MS)
    // 5 s until it looks, 5 s for the answer.
    clock.advance(5_000)
    clock.advance(5_000)
    await vi.waitFor(() => expect(server.links).toHaveLength(2))
    await isLive(client)
  },
)

it('stays on a link that outlived the sleep', async () => {
  const clock = new ManualClock()
  const { client, server } = await startClient(answering, { clock })
  const pass = timeOf(client, clock)
  await isLive(client)
  clock.sleep(HOUR_MS)
  await pass(30_000)
  expect(client.status.state).toBe('live')
  expect(server.links).toHaveLength(1)
})

it('is not put off by one hint after the other', async () => {
  const clock = new ManualClock()
  const { client, server } = await startClient(silent, { clock })
  await isLive(client)
  for (let seconds = 0; seconds < 5; seconds++) {
    client.reconnectNow()
    clock.advance(1_000)
  }
  await vi.waitFor(() => expect(server.links).toHaveLength(2))
})

it.each([HOUR_MS, -HOUR_MS])('a clock turned by %i ms ends no connection that answers', async (ms) => {
  const clock = new ManualClock()
  const { client, server } = await startClient(answering, { clock })
  const pass = timeOf(client, clock)
  await isLive(client)
  for (let turns = 0; turns < 3; turns++) {
    clock.turn(ms)
    await pass(40_000)
  }
  expect(client.status.state).toBe('live')
  expect(server.links).toHaveLength(1)
  // Every 20 s as ever, and at once where the clock went forward, which may have been a sleep.
  expect(pings(server)).toBeGreaterThanOrEqual(5)
})

it.each([HOUR_MS, -HOUR_MS])('a clock turned by %i ms hides no connection that fell silent', async (ms) => {
  const clock = new ManualClock()
  const { client, server } = await startClient(silent, { clock })
  await isLive(client)
  clock.turn(ms)
  clock.advance(30_000)
  await vi.waitFor(() => expect(server.links).toHaveLength(2))
})

it.each([HOUR_MS, -HOUR_MS])('a clock turned by %i ms moves no timeout and no attempt', async (ms) => {
  const clock = new ManualClock()
  const { client, server } = await startClient({ ...answering, 'user.get': () => 'silence' }, { clock })
  const pass = timeOf(client, clock)
  await isLive(client)
  const asked = vi.fn<(error: unknown) => void>()
  void client.getUser('bob').catch(asked)
  clock.turn(ms)
  await pass(14_000)
  expect(asked).not.toHaveBeenCalled()
  await pass(1_000)
  await vi.waitFor(() => expect(asked).toHaveBeenCalledWith(expect.objectContaining({ code: 'timeout' })))

  lastLink(server).event('session.ending', { reason: 'restarting', reconnectAfterMs: 7_000 })
  lastLink(server).socket.close(1012)
  await vi.waitFor(() => expect(client.status).toMatchObject({ state: 'offline', waitMs: 7_000 }))
  clock.turn(ms)
  client.reconnectNow()
  clock.advance(6_999)
  expect(client.status.state).toBe('offline')
  clock.advance(1)
  await isLive(client)
})

it('begins an attempt anew on a hint, when that was under way without a network', async () => {
  const clock = new ManualClock()
  const getToken = vi.fn<() => Promise<{ token: string }>>(() => Promise.resolve({ token: 'good' }))
  getToken.mockReturnValueOnce(new Promise(() => undefined))
  const { client } = await startClient({}, { clock, getToken })
  client.reconnectNow()
  expect(getToken).toHaveBeenCalledTimes(1)
  clock.advance(1_000)
  client.reconnectNow()
  expect(getToken).toHaveBeenCalledTimes(2)
  await isLive(client)
})

function pings(server: ScriptedServer): number {
  return lastLink(server).requests.filter(({ method }) => method === 'session.ping').length
}

/** Lets time pass, in which every ping that is answered at all is answered within a second. */
function timeOf(client: ChatClient, clock: ManualClock) {
  const open = new Set<string>()
  client.on('trace', (trace) => {
    if (trace.kind === 'sent' && trace.frame.method === 'session.ping') open.add(`#${trace.frame.id}`)
    if (trace.kind === 'received') open.delete(trace.name)
  })
  return async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 1_000) {
      clock.advance(1_000)
      await vi.waitFor(() => expect(open.size).toBe(0))
    }
  }
}
