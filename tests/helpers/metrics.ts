// What a server counts, read from GET /metrics; for what cannot be seen from outside otherwise.
import type { TestServer } from './server.ts'

export const METRICS_TOKEN = 'metrics-of-a-test'

/** The counters and gauges by name, such as `rufer_dropped_total{reason="flooding"}`; start it with METRICS_TOKEN. */
export async function readMetrics(server: TestServer): Promise<Record<string, number>> {
  const response = await fetch(`${server.url}/metrics`, {
    headers: { authorization: `Bearer ${METRICS_TOKEN}` },
  })
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  )
}
