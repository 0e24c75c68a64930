// The log of the debug view: filtered by kind and by what is looked for, the newest first, and copied as JSON.
import { useClipboard } from '@vueuse/core'
import { computed, ref } from 'vue'
import { debugKinds, type DebugEntry } from '#rufer/stores/debug-entry.ts'
import { useDebugStore } from '#rufer/stores/debug.ts'

export function useDebugLog() {
  const debug = useDebugStore()
  // Over plain http there is no clipboard but the old one.
  const { copy: write, copied } = useClipboard({ legacy: true })
  const kind = ref('')
  const search = computed(() => debug.search.trim().toLowerCase())
  const entries = computed(() => debug.entries.filter(isWanted).toReversed())

  function isWanted({ kind: its, summary, detail }: DebugEntry): boolean {
    if (kind.value !== '' && its !== kind.value) return false
    return search.value === '' || `${summary}\n${detail}`.toLowerCase().includes(search.value)
  }
  async function copy() {
    await write(JSON.stringify(entries.value.toReversed(), undefined, 2))
  }
  return { kinds: debugKinds, kind, entries, copied, copy }
}
