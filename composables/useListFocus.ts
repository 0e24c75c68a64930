// The focus in a list of which only a part is mounted: one stop of the Tab key, and keys that reach every row.
import { useEventListener } from '@vueuse/core'
import { nextTick, shallowRef, type Ref } from 'vue'
import { nextIndex } from './useRovingFocus.ts'

interface Rows {
  order: Ref<string[]>
  /** Brings a row into view. */
  show: (index: number) => void
}

/** Rows carry their id as `data-id` and hold one link. The row with the focus must always be mounted. */
export function useListFocus(element: Ref<HTMLElement | null>, { order, show }: Rows) {
  const focusedId = shallowRef<string>()

  async function focusRow(index: number) {
    const id = order.value[index]
    if (id === undefined) return
    focusedId.value = id
    show(index)
    await nextTick()
    const link = element.value?.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"] a`)
    link?.focus({ preventScroll: true })
  }
  function moveFocus(event: KeyboardEvent) {
    if (event.altKey || event.ctrlKey || event.metaKey || focusedId.value === undefined) return
    const next = nextIndex(event.key, order.value.indexOf(focusedId.value), order.value.length)
    if (next === undefined) return
    event.preventDefault()
    void focusRow(next)
  }

  useEventListener(element, 'focusin', ({ target }) => {
    const row = target instanceof Element ? target.closest('[data-id]') : null
    focusedId.value = row?.getAttribute('data-id') ?? undefined
  })
  useEventListener(element, 'focusout', () => (focusedId.value = undefined))
  useEventListener(element, 'keydown', moveFocus)
  return { focusedId, focusRow }
}
