// The log of the debug view: the last 500 entries, filtered, paused and cleared.
import { beforeEach, expect, it } from 'vitest'
import { createPinia, setActivePinia } from 'pinia'
import { useDebugLog } from '#rufer/composables/useDebugLog.ts'
import { useDebugStore } from '#rufer/stores/debug.ts'

beforeEach(() => setActivePinia(createPinia()))

it('keeps the last 500 entries, the newest first', () => {
  const { debug, log, summaries } = openLog()
  for (let count = 1; count <= 510; count++)
    debug.record({ kind: 'failure', operation: `step ${count}`, reason: 'x' })
  expect(log.entries.value).toHaveLength(500)
  expect([summaries()[0], summaries().at(-1)]).toEqual(['step 510 failed: x', 'step 11 failed: x'])
})

it('shows one kind alone, and only what has the words looked for', () => {
  const { debug, log, summaries } = openLog()
  debug.record({ kind: 'gap', conversationId: 'c1' })
  debug.record({ kind: 'token', outcome: 'asked' })
  expect(summaries()).toEqual(['token asked', 'gap in c1'])
  log.kind.value = 'token'
  expect(summaries()).toEqual(['token asked'])
  log.kind.value = ''
  debug.search = ' GAP '
  expect(summaries()).toEqual(['gap in c1'])
})

it('takes nothing while paused, and is empty once cleared', () => {
  const { debug, summaries } = openLog()
  debug.record({ kind: 'gap', conversationId: 'before' })
  debug.isPaused = true
  debug.record({ kind: 'gap', conversationId: 'meanwhile' })
  debug.isPaused = false
  debug.record({ kind: 'gap', conversationId: 'after' })
  expect(summaries()).toEqual(['gap in after', 'gap in before'])
  debug.clear()
  expect(summaries()).toEqual([])
})

function openLog() {
  const debug = useDebugStore()
  debug.isOn = true
  const log = useDebugLog()
  return { debug, log, summaries: () => log.entries.value.map(({ summary }) => summary) }
}
