// The facts of the debug view: how the page is connected, in pairs of term and value.
import { useIntervalFn } from '@vueuse/core'
import { computed, ref } from 'vue'
import { useConnectionStore } from '#rufer/stores/connection.ts'
import { useDebugStore } from '#rufer/stores/debug.ts'

const EVERY_MS = 1_000

export function useDebugFacts() {
  const connection = useConnectionStore()
  const debug = useDebugStore()
  const now = ref(performance.now())
  useIntervalFn(() => (now.value = performance.now()), EVERY_MS)
  return computed((): [term: string, fact: string | number][] => {
    const { status, session, clockOffsetMs } = connection
    const waitMs =
      status.state === 'offline' ? Math.max(0, Math.round(status.retryAt - now.value)) : undefined
    return [
      ['status', status.state],
      ['connectionId', session?.connectionId ?? '–'],
      ['userId', session?.userId ?? '–'],
      ['attempts', debug.attempts],
      ['next delay', waitMs === undefined ? '–' : `${waitMs} ms`],
      ['token expires', debug.tokenExpiresAt ?? '–'],
      ['clock offset', `${clockOffsetMs} ms`],
      ['gaps', debug.gaps],
      ['last close code', debug.lastCloseCode ?? '–'],
    ]
  })
}
