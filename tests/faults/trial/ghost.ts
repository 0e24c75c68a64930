// A ghost in a trial: somebody whose only connection is to one server, and who does not come back when that is gone.
import { callApi } from '#rufer/tests/helpers/api.ts'
import { connect } from '#rufer/tests/helpers/client.ts'
import { registerNew } from '#rufer/tests/helpers/people.ts'
import type { ServerAddress } from '#rufer/tests/helpers/server.ts'
import { until } from '#rufer/tests/helpers/until.ts'
import type { Trial } from './trial.ts'

export interface Ghost {
  /** the code that its connection ends with */
  closed: Promise<number>
  /** Waits until a server knows that the ghost is there, which only who it is connected to knows at once. */
  untilSeen: (server: ServerAddress) => Promise<void>
  /** Waits until a server, and the clients of who talks with the ghost, have it offline. */
  untilGone: (server: ServerAddress, timeoutMs: number) => Promise<void>
}

/** Connects a user who has a conversation with the first of the cast. */
export async function leaveGhost(
  server: ServerAddress,
  { history, cast }: Pick<Trial, 'history' | 'cast'>,
): Promise<Ghost> {
  const userId = await registerNew(server, 'ghost')
  const record = history.as(`${userId}/phone`, userId)
  const client = await connect(server, userId)
  const { connectionId } = client.started
  const [friend = ''] = cast.userIds
  record({ type: 'opened', connectionId })
  void client.closed.then((code) => record({ type: 'closed', connectionId, code }))
  const { conversation } = await client.request('conversation.open', { userId: friend })
  cast.members.set(conversation.id, [userId, friend])
  const watching = cast.devices.filter((device) => device.userId === friend)
  // who is away just now watches as soon as they are back
  for (const device of watching) void device.client.watchPresence([userId]).catch(() => undefined)

  return {
    closed: client.closed,
    async untilSeen(other) {
      await until({ what: 'the ghost is online', timeoutMs: SEEN_MS, everyMs: 50 }, async () =>
        (await isOnline(other)) ? undefined : 'it is offline',
      )
    },
    async untilGone(other, timeoutMs) {
      await until({ what: 'the ghost is offline', timeoutMs, everyMs: 250 }, async () =>
        (await isOnline(other)) ? 'it is online' : undefined,
      )
      for (const { name } of watching)
        await until({ what: `${name} has the ghost offline`, timeoutMs }, () =>
          lastHeard(name) === 'offline' ? undefined : `it has it ${lastHeard(name)}`,
        )
    },
  }

  async function isOnline(other: ServerAddress) {
    return (await callApi(other, `GET /api/users/${userId}/online`)).body['isOnline'] === true
  }

  function lastHeard(device: string) {
    const heard = history.entries.flatMap((entry) => {
      if (entry.device !== device || entry.type !== 'event') return []
      return entry.event.event === 'presence.changed' ? [entry.event.data.presence] : []
    })
    return heard.findLast((presence) => presence.userId === userId)?.status
  }
}

// --- Internal helpers ---

/** Others learn it from the store. */
const SEEN_MS = 10_000
