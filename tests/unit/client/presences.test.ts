// Presences: an answer that an event has overtaken, or is right behind of, does not take the event back.
import { expect, test } from 'vitest'
import { isLive, startClient } from '#rufer/tests/helpers/scripted-client.ts'
import { lastLink, type ScriptedLink } from '#rufer/tests/helpers/scripted-server.ts'
import { until } from '#rufer/tests/helpers/until.ts'
import { tcpOf } from '#rufer/tests/helpers/wire.ts'

const offline = { userId: 'bob', status: 'offline', lastSeenAt: '2026-01-01T00:00:00.000Z' } as const
const online = { userId: 'bob', status: 'online', lastSeenAt: null } as const
const carol = { userId: 'carol', status: 'online', lastSeenAt: null } as const

test.each([
  ['before', (link: ScriptedLink) => link.event('presence.changed', { presence: online })],
  [
    'right behind',
    (link: ScriptedLink) => {
      // both leave in one write, so both are there before anybody has taken the first
      const tcp = tcpOf(link)
      tcp.cork()
      queueMicrotask(() => {
        link.event('presence.changed', { presence: online })
        tcp.uncork()
      })
    },
  ],
])('an event that comes %s the answer is newer', async (_when, tellWith) => {
  let tell: ((link: ScriptedLink) => void) | undefined
  const { client, server } = await startClient({
    'presence.watch': (_params, link) => {
      tell?.(link)
      return { presences: [offline, carol] }
    },
  })
  await isLive(client)
  expect(await client.watchPresence(['bob', 'carol'])).toEqual([offline, carol])
  tell = tellWith
  expect(await client.watchPresence(['bob', 'carol'])).toEqual([online, carol])

  const known = new Map<string, string>()
  client.on('presence.changed', ({ presence }) => known.set(presence.userId, presence.status))
  lastLink(server).socket.terminate()
  await until({ what: 'both are known', timeoutMs: 20_000 }, () =>
    known.size === 2 ? undefined : `${known.size} are`,
  )
  expect(Object.fromEntries(known)).toEqual({ bob: 'online', carol: 'online' })
})
