// Whether somebody looks at the page: visible, in use, and not left alone.
import { refAutoReset, useDocumentVisibility, useEventListener, useIdle, useWindowFocus } from '@vueuse/core'
import { computed, type Ref } from 'vue'

const TOUCHED_MS = 2_000
const IDLE_MS = 3 * 60_000

export function useLooking(scroller: Ref<HTMLElement | null>) {
  const visibility = useDocumentVisibility()
  const isFocused = useWindowFocus()
  const { idle } = useIdle(IDLE_MS)
  const isTouched = refAutoReset(false, TOUCHED_MS)
  const touch = () => {
    isTouched.value = true
  }
  useEventListener(scroller, ['wheel', 'touchmove'], touch, { passive: true })
  return computed(() => visibility.value === 'visible' && (isFocused.value || isTouched.value) && !idle.value)
}
