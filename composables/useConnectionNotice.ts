// The notice about a connection that is not live, kept up to date.
import { createSharedComposable, useIntervalFn, useOnline } from '@vueuse/core'
import { computed, shallowRef, watch } from 'vue'
import { useConnectionStore } from '#rufer/stores/connection.ts'
import { nextNotice, noNotice } from './connection-notice.ts'

const EVERY_MS = 500
const RESTARTING = 1012

/** Shared: it is shown in two places, of which one is hidden. */
export const useConnectionNotice = createSharedComposable(() => {
  const connection = useConnectionStore()
  const isOnline = useOnline()
  const notice = shallowRef(noNotice)
  let since = performance.now()
  let troubledSince = since
  let restartingSince: number | undefined
  const { pause, resume } = useIntervalFn(update, EVERY_MS, { immediate: false })

  function update() {
    const { status } = connection
    notice.value = nextNotice(
      notice.value,
      { status, since, troubledSince, restartingSince, isOnline: isOnline.value },
      performance.now(),
    )
    if (connection.isLive && notice.value.text === '') pause()
  }
  watch(
    () => connection.status,
    (status, before) => {
      if (status.state !== before?.state) since = performance.now()
      if (status.state === 'live') restartingSince = undefined
      else if (status.state === 'offline' && status.code === RESTARTING) restartingSince = performance.now()
      if (before?.state === 'live') troubledSince = since
      update()
      if (!connection.isLive || notice.value.text !== '') resume()
    },
    { immediate: true },
  )
  return {
    text: computed(() => notice.value.text),
    canTryNow: computed(() => notice.value.canTryNow),
  }
})
