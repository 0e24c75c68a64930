// What can be done with a message in the list: its text copied, a long one unfolded.
import { computed, nextTick, shallowRef, watch, type Ref } from 'vue'
import { useStatusLineStore } from '#rufer/stores/status-line.ts'
import type { MessageRow } from './message-rows.ts'
import { useCopier } from './useCopier.ts'

interface Options {
  list: Ref<HTMLElement | null>
  view: { keepRow(row: Element, change: () => void): Promise<void> }
}

export function useMessageActions(rows: Ref<MessageRow[]>, { list, view }: Options) {
  return { ...useCopying(rows), ...useFolding(rows, { list, view }) }
}

// --- Internal helpers ---

function useCopying(rows: Ref<MessageRow[]>) {
  const statusLine = useStatusLineStore()
  const lastId = shallowRef<string>()
  const clipboard = useCopier()
  const copiedId = computed(() => (clipboard.copied.value ? lastId.value : undefined))

  async function copy(id: string) {
    const row = rows.value.find((each) => each.id === id)
    if (!row) return
    const focused = document.activeElement
    lastId.value = id
    await clipboard.copy(row.text)
    await nextTick()
    // That text field took the focus with it.
    if (focused instanceof HTMLElement && document.activeElement !== focused)
      focused.focus({ preventScroll: true })
  }
  watch(clipboard.copied, (isCopied) => statusLine.say(isCopied ? 'Copied' : ''))
  return { copiedId, copy }
}

function useFolding(rows: Ref<MessageRow[]>, { list, view }: Options) {
  /** of long messages that are shown whole */
  const wholeIds = shallowRef<ReadonlySet<string>>(new Set())

  async function fold(id: string) {
    const row = list.value?.children[rows.value.findIndex((each) => each.id === id)]
    if (row) await view.keepRow(row, () => (wholeIds.value = toggled(wholeIds.value, id)))
  }
  return { wholeIds, fold }
}

function toggled(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  return ids.has(id) ? new Set([...ids].filter((each) => each !== id)) : new Set([...ids, id])
}
