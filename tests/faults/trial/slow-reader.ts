// Slow readers beside a trial: they are written to and read none of it, until the server cuts their connections.
import { connect, type TestClient } from '#rufer/tests/helpers/client.ts'
import { readMetrics } from '#rufer/tests/helpers/metrics.ts'
import { registerNew } from '#rufer/tests/helpers/people.ts'
import type { ServerAddress } from '#rufer/tests/helpers/server.ts'
import { until } from '#rufer/tests/helpers/until.ts'
import { tcpOf } from '#rufer/tests/helpers/wire.ts'

/** So many live through it once, on a server that tells its metrics; gives the codes that their connections end with. */
export async function stopReading(server: ServerAddress, readers: number): Promise<number[]> {
  const talker = await connect(server, await registerNew(server, 'talker'))
  const slow = await Promise.all(
    Array.from({ length: readers }, async () => connect(server, await registerNew(server, 'slow'))),
  )
  for (const client of slow) tcpOf(client).pause()
  const before = await countCut(server)
  await until({ what: 'the readers are cut', timeoutMs: 60_000, everyMs: 20 }, async () => {
    const said = slow.flatMap(({ userId }) =>
      Array.from({ length: 20 }, () => talker.say({ userId }, 'x'.repeat(9_000))),
    )
    await Promise.all(said)
    const cut = (await countCut(server)) - before
    return cut < readers ? `${cut} of ${readers} are` : undefined
  })
  for (const client of slow) tcpOf(client).resume()
  await talker.close()
  return Promise.all(slow.map(({ closed }) => closed))
}

/**
 * A new user opens so many connections, which no user may exceed, and asks over each for a long page again and again,
 * without reading any.
 */
export async function askWithoutReading(server: ServerAddress, connections: number): Promise<TestClient[]> {
  const talker = await connect(server, await registerNew(server, 'talker'))
  const userId = await registerNew(server, 'greedy')
  const said = Array.from({ length: 30 }, () => talker.say({ userId }, 'x'.repeat(9_000)))
  const [first] = await Promise.all(said)
  await talker.close()
  const params = { conversationId: first?.message.conversationId, limit: 100 }
  const greedy: TestClient[] = []
  while (greedy.length < connections) {
    const client = await connect(server, userId)
    tcpOf(client).pause()
    for (let id = 1; id <= 50; id++) client.sendRaw(JSON.stringify({ id, method: 'message.list', params }))
    greedy.push(client)
  }
  return greedy
}

/** How many connections the server has cut because they did not read, or did not answer. */
export async function countCut(server: ServerAddress): Promise<number> {
  return (await readMetrics(server))['rufer_dropped_total{reason="connection-silent"}'] ?? 0
}
