// What the page says about a connection that is not live, once that lasted long enough to matter.
import { useIntervalFn, useOnline } from '@vueuse/core'
import { computed, ref, watch } from 'vue'
import { useConnectionStore } from '#rufer/stores/connection.ts'

const PATIENCE_MS = 2_000
const EVERY_MS = 500
const RESTARTING = 1012
const FLOODING = 4429

export function useConnectionNotice() {
  const connection = useConnectionStore()
  const isOnline = useOnline()
  const now = ref(Date.now())
  const troubledAt = ref<number>()
  const { pause, resume } = useIntervalFn(() => (now.value = Date.now()), EVERY_MS, { immediate: false })

  watch(
    () => connection.isLive,
    (isLive) => {
      now.value = Date.now()
      troubledAt.value = isLive ? undefined : now.value
      if (isLive) pause()
      else resume()
    },
    { immediate: true },
  )
  const isDue = computed(() => troubledAt.value !== undefined && now.value - troubledAt.value >= PATIENCE_MS)
  const seconds = computed(() => {
    const { status } = connection
    return status.state === 'offline' ? Math.max(1, Math.ceil((status.retryAt - now.value) / 1000)) : 0
  })
  const text = computed(() => (isDue.value ? describe() : ''))
  const canTryNow = computed(
    () => connection.status.state === 'offline' && connection.status.code !== FLOODING,
  )

  function describe(): string {
    const { status } = connection
    if (status.state === 'connecting') return 'Connecting…'
    if (status.state === 'syncing') return 'Updating…'
    if (status.state !== 'offline') return ''
    if (status.code === FLOODING) return `Paused for ${seconds.value} s`
    if (status.code === RESTARTING) return 'Server is restarting'
    return `${isOnline.value ? 'No connection' : 'No network'}. Trying again in ${seconds.value} s`
  }
  return { text, canTryNow }
}
