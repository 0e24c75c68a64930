// Whether somebody looks at the page: visible, in use, and not left alone.
import {
  createSharedComposable,
  refAutoReset,
  useDocumentVisibility,
  useEventListener,
  useIdle,
  useWindowFocus,
} from '@vueuse/core'
import { computed, type Ref } from 'vue'

const TOUCHED_MS = 2_000
const IDLE_MS = 3 * 60_000

/** One for all conversations, as long as the chat is shown: each has a timer that runs out minutes after its end. */
export const useIdling = createSharedComposable(() => useIdle(IDLE_MS).idle)

export function useLooking(scroller: Ref<HTMLElement | null>) {
  const visibility = useDocumentVisibility()
  const isFocused = useWindowFocus()
  const idle = useIdling()
  const isTouched = refAutoReset(false, TOUCHED_MS)
  const touch = () => {
    isTouched.value = true
  }
  useEventListener(scroller, ['wheel', 'touchmove'], touch, { passive: true })
  return computed(() => visibility.value === 'visible' && (isFocused.value || isTouched.value) && !idle.value)
}
