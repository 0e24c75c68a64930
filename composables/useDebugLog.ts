// The log of the debug view: filtered by kind, the newest first, and copied as JSON.
import { useClipboard } from '@vueuse/core'
import { computed, ref } from 'vue'
import { debugKinds } from '#rufer/stores/debug-entry.ts'
import { useDebugStore } from '#rufer/stores/debug.ts'

export function useDebugLog() {
  const debug = useDebugStore()
  // Over plain http there is no clipboard but the old one.
  const { copy: write, copied } = useClipboard({ legacy: true })
  const kind = ref('')
  const entries = computed(() =>
    debug.entries.filter((entry) => kind.value === '' || entry.kind === kind.value).toReversed(),
  )
  async function copy() {
    await write(JSON.stringify(entries.value.toReversed(), undefined, 2))
  }
  return { kinds: debugKinds, kind, entries, copied, copy }
}
