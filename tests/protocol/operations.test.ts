// What is kept for operators is true of a running server: the page, the dashboard and the alerts name its metrics, and no others.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { METRICS_TOKEN } from '#rufer/tests/helpers/metrics.ts'
import { meet } from '#rufer/tests/helpers/people.ts'
import { webhooksTo } from '#rufer/tests/helpers/receiver.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'

const DOCS = join(import.meta.dirname, '../../docs')
const read = (path: string) => readFileSync(join(DOCS, path), 'utf8')

let server: TestServer
/** The names of all that it tells, of histograms with their endings. */
let told: Set<string>
beforeAll(async () => {
  const hooks = webhooksTo({ url: 'http://127.0.0.1:1/' })
  server = await startServer({ env: { RUFER_METRICS_TOKEN: METRICS_TOKEN, ...hooks } })
  await meet(server)
  const headers = { authorization: `Bearer ${METRICS_TOKEN}` }
  const text = await (await fetch(`${server.url}/metrics`, { headers })).text()
  told = new Set(
    [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].flatMap(([, name = '', type]) =>
      type === 'histogram' ? ENDINGS.map((ending) => name + ending) : [name],
    ),
  )
})
afterAll(() => server.stop())

const ENDINGS = ['', '_bucket', '_sum', '_count']
const namesIn = (text: string) => [...new Set(text.match(/\brufer_\w+/g))]

test.each(['operations.md', 'grafana/dashboard.json', 'grafana/alerts.yml'])(
  '%s names no unknown metric',
  (file) => {
    const names = namesIn(read(file))
    expect(names.length).toBeGreaterThan(4)
    expect(names.filter((name) => !told.has(name))).toEqual([])
  },
)

test('every metric of ours is on the page and on the dashboard', () => {
  const [page, dashboard] = [read('operations.md'), read('grafana/dashboard.json')]
  const own = [...told].filter((name) => !/_(?:bucket|sum|count)$|^rufer_(?:process|nodejs)_/.test(name))
  expect(own.length).toBeGreaterThan(18)
  expect(own.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
  expect(own.filter((name) => !dashboard.includes(name))).toEqual([])
})

test('five alerts, each with what to do', () => {
  const { groups } = parse(read('grafana/alerts.yml')) as {
    groups: { rules: { alert: string; expr: string }[] }[]
  }
  const alerts = groups.flatMap(({ rules }) => rules)
  expect(alerts).toHaveLength(5)
  for (const { alert, expr } of alerts) {
    expect(expr).toMatch(/rufer_/)
    expect(read('operations.md')).toContain(`\`${alert}\``)
  }
})
