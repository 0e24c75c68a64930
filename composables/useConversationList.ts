// The conversation list: its order, held while the pointer or the focus is in it, and its pages.
import { useEventListener } from '@vueuse/core'
import { computed, shallowRef, watch, type Ref } from 'vue'
import type { Conversation } from '#rufer/shared/model/conversation.ts'
import { useConversationsStore } from '#rufer/stores/conversations.ts'

/** Rows do not move under a pointer that moved so recently. */
const HELD_MS = 1_500
/** The next page is asked for when less than this is left. */
const NEAR_PX = 600

export function useConversationList(element: Ref<HTMLElement | null>) {
  const conversations = useConversationsStore()
  const order = shallowRef<string[]>([])
  const rows = computed(() =>
    order.value
      .map((id) => conversations.byId.get(id))
      .filter((row): row is Conversation => row !== undefined),
  )
  const wanted = computed(() => conversations.ordered.map(({ id }) => id))
  let heldUntil = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  /** A new row does appear at once, below those that are held. */
  function arrange() {
    clearTimeout(timer)
    if (!isHeld()) {
      order.value = wanted.value
      return
    }
    const added = wanted.value.filter((id) => !order.value.includes(id))
    if (added.length > 0) order.value = [...order.value, ...added]
    timer = setTimeout(arrange, HELD_MS)
  }
  function isHeld(): boolean {
    return Date.now() < heldUntil || element.value?.matches(':focus-within:has(:focus-visible)') === true
  }
  function loadNear() {
    const list = element.value
    if (list && list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_PX)
      void conversations.loadMore()
  }

  useEventListener(element, 'pointermove', () => (heldUntil = Date.now() + HELD_MS), { passive: true })
  useEventListener(element, 'pointerleave', () => (heldUntil = 0), { passive: true })
  useEventListener(element, 'scroll', loadNear, { passive: true })
  watch(wanted, arrange, { immediate: true })
  return { rows }
}
