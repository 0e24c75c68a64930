// The time as the server has it, for words such as "5 min ago" and "Yesterday".
import { createSharedComposable, useDocumentVisibility, useIntervalFn, useNow } from '@vueuse/core'
import { computed, watch } from 'vue'
import { useConnectionStore } from '#rufer/stores/connection.ts'

const EVERY_MS = 15_000

/** Milliseconds since 1970, moving on every 15 s and whenever the page becomes visible. */
export const useChatNow = createSharedComposable(() => {
  const connection = useConnectionStore()
  const now = useNow({ scheduler: (tick) => useIntervalFn(tick, EVERY_MS) })
  watch(useDocumentVisibility(), () => {
    now.value = new Date()
  })
  return computed(() => now.value.getTime() + connection.clockOffsetMs)
})
