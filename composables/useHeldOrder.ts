// The order of a list, held while the pointer or the focus is in it: no row moves away under a hand.
import { useEventListener } from '@vueuse/core'
import { onScopeDispose, shallowRef, watch, type Ref } from 'vue'

/** Rows do not move under a pointer that moved so recently. */
const HELD_MS = 1_500

/** @param wanted the ids of all rows, as they should be */
export function useHeldOrder(element: Ref<HTMLElement | null>, wanted: Ref<string[]>) {
  const order = shallowRef<string[]>([])
  let heldUntil = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  /** A new row does appear at once, below those that are held. */
  function arrange() {
    clearTimeout(timer)
    if (!isHeld()) {
      order.value = wanted.value
      return
    }
    const held = new Set(order.value)
    const added = wanted.value.filter((id) => !held.has(id))
    if (added.length > 0) order.value = [...order.value, ...added]
    timer = setTimeout(arrange, HELD_MS)
  }
  function isHeld(): boolean {
    return (
      performance.now() < heldUntil || element.value?.matches(':focus-within:has(:focus-visible)') === true
    )
  }

  useEventListener(element, 'pointermove', () => (heldUntil = performance.now() + HELD_MS), { passive: true })
  useEventListener(element, 'pointerleave', () => (heldUntil = 0), { passive: true })
  watch(wanted, arrange, { immediate: true })
  onScopeDispose(() => clearTimeout(timer))
  return order
}
