// The counters: what they are called in code and as Prometheus text.
import { expect, test } from 'vitest'
import { createCounters } from '#rufer/server/counters.ts'

test('count by kind and reason, each process for itself', async () => {
  const counters = createCounters()
  counters.refused('wrong-key')
  counters.refused('wrong-key')
  counters.dropped('event')
  counters.repaired('feed')
  counters.uncaught('unhandledRejection')
  expect(await counters.all()).toEqual({
    'refused:wrong-key': 2,
    'dropped:event': 1,
    'repaired:feed': 1,
    'uncaught:unhandledRejection': 1,
  })
  expect(await createCounters().all()).toEqual({})
})

test('a gauge is read whenever the counters are', async () => {
  const counters = createCounters()
  let open = 3
  counters.gauge('connections', 'Open connections', () => open)
  expect(await counters.all()).toEqual({ connections: 3 })
  open = 4
  expect(await counters.toText()).toContain('rufer_connections 4')
})

test('the text is what Prometheus reads', async () => {
  const counters = createCounters()
  counters.refused('wrong-key')
  const text = await counters.toText()
  expect(text).toContain('# TYPE rufer_refused_total counter')
  expect(text).toContain('rufer_refused_total{reason="wrong-key"} 1')
})
