// The race for tokens: each is offered over many sockets at once, on whichever process, and opens one of them.
import { once } from 'node:events'
import { issueToken, register } from './api.ts'
import { openTcp, upgradeHead } from './wire.ts'
import type { TestServer } from './server.ts'

/** How many tokens are raced for. */
export const TOKENS = Number(process.env['RUFER_RACE_TOKENS'] ?? 300)
/** How long that may take: nobody waits for it, but a race that hangs must end. */
export const RACE_MS = 120_000 + TOKENS * 200
/** Upgrades a token, all at once. */
const EACH = 10
/** Tokens at once: more sockets than a server lets wait to be taken might be reset, and say nothing. */
const BATCH = 50

/** Settings of a server on which nothing but the token decides. */
export const RACE_SETTINGS = {
  RUFER_LIMIT_CONNECTIONS_PER_ADDRESS: '0',
  RUFER_LIMIT_CONNECTIONS_PER_USER: '0',
  RUFER_LIMIT_UPGRADES_PER_SECOND: '0',
  RUFER_LIMIT_TOKENS_PER_MINUTE: '0',
  RUFER_LIMIT_UNUSED_TOKENS: '0',
}

export interface RaceResult {
  /** sockets opened, by token: how many tokens opened that many */
  opened: Record<number, number>
  /** how often an upgrade was answered with this status */
  statuses: Record<string, number>
}

/** Runs the race, on each server in turn, in batches whose sockets are gone before the next one begins. */
export async function raceForTokens(servers: TestServer[]): Promise<RaceResult> {
  const [first] = servers
  if (!first) throw new Error('there is nowhere to race')
  const result: RaceResult = { opened: {}, statuses: {} }
  await register(first, ...Array.from({ length: BATCH }, (_, index) => `racer-${index}`))
  for (let done = 0; done < TOKENS; done += BATCH) {
    const count = Math.min(BATCH, TOKENS - done)
    const values = await Promise.all(
      Array.from({ length: count }, (_, index) => issueToken(first, `racer-${index}`)),
    )
    const answers = await offerAll(
      servers,
      values.flatMap((value) => Array<string>(EACH).fill(value)),
    )
    for (let token = 0; token < count; token++) {
      const own = answers.slice(token * EACH, (token + 1) * EACH)
      for (const status of own) add(result.statuses, status)
      add(result.opened, own.filter((status) => status === '101').length)
    }
  }
  return result
}

// --- Internal helpers ---

/** The statuses of upgrades that are all sent in one breath, in turn to each server. */
async function offerAll(servers: TestServer[], offered: string[]): Promise<string[]> {
  const sockets = offered.map((_, index) => {
    const server = servers[index % servers.length]
    if (!server) throw new Error('there is nowhere to race')
    return openTcp(server)
  })
  await Promise.all(sockets.map((socket) => once(socket, 'connect')))
  const heads = offered.map((token) => upgradeHead({ token }))
  sockets.forEach((socket, index) => socket.write(heads[index] ?? ''))
  const answers = await Promise.all(sockets.map(async (socket) => String(await once(socket, 'data'))))
  await Promise.all(
    sockets.map(async (socket) => {
      socket.on('error', () => {})
      socket.destroy()
      if (!socket.closed) await once(socket, 'close')
    }),
  )
  return answers.map((answer) => answer.split(' ', 2)[1] ?? answer)
}

function add(counts: Record<string, number>, key: string | number) {
  counts[key] = (counts[key] ?? 0) + 1
}
