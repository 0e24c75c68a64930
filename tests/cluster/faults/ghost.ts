// A ghost in a trial: somebody whose only connection is to one server, and who does not come back when that is gone.
import { expect } from 'vitest'
import { callApi } from '#rufer/tests/helpers/api.ts'
import { connect } from '#rufer/tests/helpers/client.ts'
import { registerNew } from '#rufer/tests/helpers/people.ts'
import type { TestServer } from '#rufer/tests/helpers/server.ts'
import type { Trial } from './trial.ts'

export interface Ghost {
  /** Waits until a server, and the clients of who talks with the ghost, have it offline. */
  untilGone: (server: TestServer, timeoutMs: number) => Promise<void>
}

/** Connects a user who has a conversation with the first of the cast. */
export async function leaveGhost(
  server: TestServer,
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
    async untilGone(other, timeoutMs) {
      const call = `GET /api/users/${userId}/online`
      const isOnline = async () => (await callApi(other, call)).body['isOnline']
      expect(await isOnline()).toBe(true)
      await expect.poll(isOnline, { timeout: timeoutMs, interval: 250 }).toBe(false)
      for (const { name } of watching)
        await expect.poll(() => lastHeard(name), { timeout: timeoutMs }).toBe('offline')
    },
  }

  function lastHeard(device: string) {
    const heard = history.entries.flatMap((entry) => {
      if (entry.device !== device || entry.type !== 'event') return []
      return entry.event.event === 'presence.changed' ? [entry.event.data.presence] : []
    })
    return heard.findLast((presence) => presence.userId === userId)?.status
  }
}
