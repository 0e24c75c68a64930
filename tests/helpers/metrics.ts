// What a server counts, read from GET /metrics; for what cannot be seen from outside otherwise.
import type { ServerAddress } from './server.ts'

export const METRICS_TOKEN = 'metrics-of-a-test'

/**
 * The counters and gauges by name, such as `rufer_dropped_total{reason="flooding"}`, of several processes summed up; start
 * it with METRICS_TOKEN.
 */
export async function readMetrics(server: ServerAddress): Promise<Record<string, number>> {
  const { processes = [server] } = server
  const sums: Record<string, number> = {}
  for (const values of await Promise.all(processes.map(readOne)))
    for (const [name, value] of values) sums[name] = (sums[name] ?? 0) + value
  return sums
}

// --- Internal helpers ---

async function readOne({ url }: ServerAddress): Promise<[string, number][]> {
  // a connection that was kept might be ended by the server just as it is used again
  const headers = { authorization: `Bearer ${METRICS_TOKEN}`, connection: 'close' }
  const response = await fetch(`${url}/metrics`, { headers })
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return lines.map((line) => [
    line.slice(0, line.lastIndexOf(' ')),
    Number(line.slice(line.lastIndexOf(' '))),
  ])
}
