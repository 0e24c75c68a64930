// The cast of a run: users, each with a device or two, spread over the servers, and who talks with whom.
import { registerNew } from '#rufer/tests/helpers/people.ts'
import type { ServerAddress } from '#rufer/tests/helpers/server.ts'
import { until } from '#rufer/tests/helpers/until.ts'
import type { History } from '#rufer/tests/faults/history.ts'
import { createDevice, type Device } from './device.ts'
import { createRandom } from './random.ts'

export interface Cast {
  /** who is still there, as `devices` are theirs */
  userIds: string[]
  devices: Device[]
  /** by conversation */
  members: Map<string, string[]>
  /** Ends every client. */
  close: () => void
}

interface Gathering {
  /** where they connect */
  addresses: readonly ServerAddress[]
  history: History
  seed: number
  users: number
}

/**
 * Registers users nobody knows, each of whom talks with the next two, and connects their devices.
 *
 * Everybody has a phone, every second one a laptop on another server; each device goes to the next server where its own
 * is gone.
 */
export async function gather({ addresses, history, seed, users }: Gathering): Promise<Cast> {
  const [first] = addresses
  if (!first) throw new Error('unable to gather; there is nowhere to connect')
  const userIds = await Promise.all(Array.from({ length: users }, () => registerNew(first, 'user')))
  const devices = userIds.flatMap((userId, index) => {
    const names = index % 2 ? ['phone'] : ['phone', 'laptop']
    return names.map((name, offset) =>
      createDevice({
        name: `${userId}/${name}`,
        userId,
        addresses: startingAt(addresses, index + offset),
        history,
        random: createRandom(seed + 100 * index + offset),
      }),
    )
  })
  const members = new Map<string, string[]>()
  await Promise.all(
    devices.map(async ({ client, userId, openAll }) => {
      client.connect()
      await untilLive({ client, name: userId })
      for (const { id, members: both } of await openAll(peersOf(userIds, userId)))
        members.set(
          id,
          both.map((member) => member.userId),
        )
    }),
  )
  const cast: Cast = {
    userIds,
    devices,
    members,
    close: () => cast.devices.forEach(({ client }) => client.close()),
  }
  return cast
}

/** Waits until a client has caught up. */
export async function untilLive({ client, name }: Pick<Device, 'client' | 'name'>): Promise<void> {
  await until({ what: `${name} is live`, timeoutMs: LIVE_MS, everyMs: 20 }, () =>
    client.status.state === 'live' ? undefined : `it is ${client.status.state}`,
  )
}

// --- Internal helpers ---

const LIVE_MS = 60_000

function startingAt<Item>(items: readonly Item[], index: number): Item[] {
  const start = index % items.length
  return [...items.slice(start), ...items.slice(0, start)]
}

/** The two before and the two after, as if they sat in a circle. */
function peersOf(userIds: string[], userId: string): string[] {
  const index = userIds.indexOf(userId)
  const near = [-2, -1, 1, 2].map((offset) => userIds.at((index + offset) % userIds.length))
  return [...new Set(near)].filter((peer) => peer !== undefined && peer !== userId) as string[]
}
