// An erasure in a trial: the back end erases one of the cast amid all they do, and nothing lets them in again.
import type { Device } from '#rufer/tests/faults/load/device.ts'
import { pick } from '#rufer/tests/faults/load/random.ts'
import type { Recorder } from '#rufer/tests/faults/history.ts'
import { callApi, type ApiAnswer } from '#rufer/tests/helpers/api.ts'
import type { TestServer } from '#rufer/tests/helpers/server.ts'
import { until } from '#rufer/tests/helpers/until.ts'
import { upgrade } from '#rufer/tests/helpers/wire.ts'
import type { Trial } from './trial.ts'

/** Whether enough would be left to talk. */
export function canErase({ cast }: Pick<Trial, 'cast'>): boolean {
  return cast.userIds.length > LEAST_LEFT
}

/** Erases one of the cast, while `meanwhile` happens, and asks again until it is done. */
export async function eraseSomebody(
  servers: readonly TestServer[],
  { cast, history, random }: Pick<Trial, 'cast' | 'history' | 'random'>,
  meanwhile: () => Promise<unknown> = async () => undefined,
): Promise<void> {
  const userId = pick(cast.userIds, random()) ?? ''
  const scene: Scene = {
    userId,
    servers,
    record: history.as(`${userId}/back end`, userId),
    nextCall: history.nextCall,
  }
  const devices = cast.devices.filter((device) => device.userId === userId)
  const token = await takeToken(scene)
  scene.record({ type: 'erasure', what: 'begun' })
  const [{ body }] = await Promise.all([insist(scene, `DELETE /api/users/${userId}`), meanwhile()])
  scene.record({ type: 'erasure', what: 'done', messages: Number(body['messages']) })
  await untilOut(devices)
  cast.userIds = cast.userIds.filter((id) => id !== userId)
  cast.devices = cast.devices.filter((device) => !devices.includes(device))
  await comeBack(scene, token)
}

// --- Internal helpers ---

const LEAST_LEFT = 3
const ERASED_MS = 60_000
/** More than the checker leaves the server, which it would tell of. */
const OUT_MS = 15_000

interface Scene {
  userId: string
  servers: readonly TestServer[]
  record: Recorder
  nextCall: () => number
}

/** Asks one server after the other, whatever becomes of them, until one has done it. */
async function insist({ servers }: Scene, call: string, body?: object): Promise<ApiAnswer> {
  let turn = 0
  let answer: ApiAnswer | undefined
  await until({ what: `${call} is answered`, timeoutMs: ERASED_MS, everyMs: 50 }, async () => {
    const server = servers[turn++ % servers.length]
    const told = server && (await callApi(server, call, { body }).catch(String))
    if (typeof told === 'object' && told.status < 300) answer = told
    return answer ? undefined : `it was ${JSON.stringify(told)}`
  })
  if (!answer) throw new Error(`unable to ${call}; there is no answer`)
  return answer
}

async function takeToken(scene: Scene): Promise<string> {
  const { body } = await insist(scene, 'POST /api/users/session-token', { userId: scene.userId })
  return String(body['token'])
}

/** Waits until the server has put them all out, or refuses to let them in; who is still in then stays so in the history. */
async function untilOut(devices: readonly Device[]) {
  await until({ what: 'the erased are out', timeoutMs: OUT_MS, everyMs: 20 }, () => {
    const inside = devices.filter(({ client }) => !['closed', 'offline'].includes(client.status.state))
    return inside.length > 0 ? `${inside.map(({ name }) => name).join()} are in` : undefined
  }).catch(() => undefined)
  for (const { client } of devices) client.close()
}

/** Tries each way that let the user in before. */
async function comeBack({ userId, servers, record, nextCall }: Scene, token: string) {
  const [server] = servers
  if (!server) return
  const ways = [
    { what: 'POST /api/users/register', body: { userId, displayName: userId } },
    { what: 'POST /api/users/session-token', body: { userId } },
    { what: 'POST /api/users/sign-in-link', body: { userId } },
  ]
  for (const { what, body } of ways) {
    const call = nextCall()
    record({ type: 'invoke', call, ask: { method: 'come-back', what } })
    const { status } = await callApi(server, what, { body })
    if (status < 300) record({ type: 'ok', call, answer: {} })
    else record({ type: status < 500 ? 'fail' : 'unknown', call, code: status })
  }
  const call = nextCall()
  record({ type: 'invoke', call, ask: { method: 'connect', token, isSound: false } })
  const { status, drop } = await upgrade(server, { token })
  drop()
  record(status === 101 ? { type: 'ok', call, answer: {} } : { type: 'fail', call, code: status })
}
