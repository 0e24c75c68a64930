// Alt+↑ and Alt+↓: the previous and the next conversation, from anywhere on the page.
import { useEventListener } from '@vueuse/core'
import type { Ref } from 'vue'
import { useConversationsStore } from '#rufer/stores/conversations.ts'
import { isOnChat } from './chat-keys.ts'
import { useChatRoute } from './useChatRoute.ts'
import { nextIndex } from './useRovingFocus.ts'

/** @param order the ids as they are shown */
export function useConversationKeys(order: Ref<string[]>) {
  const conversations = useConversationsStore()
  const { goTo } = useChatRoute()

  function open(key: string) {
    const at = order.value.indexOf(conversations.openId ?? '')
    const id = order.value[nextIndex(key, at, order.value.length) ?? -1]
    if (id !== undefined && id !== conversations.openId) void goTo(id)
  }
  useEventListener('keydown', (event) => {
    if (!isOurs(event) || !isOnChat(event) || isInUse(event.target)) return
    event.preventDefault()
    open(event.key)
  })
}

function isOurs({ key, altKey, ctrlKey, metaKey, shiftKey }: KeyboardEvent): boolean {
  const isAlone = altKey && !ctrlKey && !metaKey && !shiftKey
  return isAlone && (key === 'ArrowUp' || key === 'ArrowDown')
}

/** In a filled composer these keys move the caret; a select opens by them. */
function isInUse(target: EventTarget | null): boolean {
  if (target instanceof HTMLTextAreaElement) return target.value !== ''
  return target instanceof Element && target.closest('select') !== null
}
