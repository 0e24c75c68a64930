// The held range: which part of a conversation's messages the page has, and whether there is more at either side.
import { computed } from 'vue'
import { useConversationsStore } from '#rufer/stores/conversations.ts'
import { firstSeq, lastSeq } from '#rufer/stores/message-window.ts'
import { useMessagesStore } from '#rufer/stores/messages.ts'

export function useHeldRange(id: string) {
  const messages = useMessagesStore()
  const conversations = useConversationsStore()
  const window = computed(() => messages.windowOf(id))
  const hasOlder = computed(() => firstSeq(window.value) > 1)
  const hasNewer = computed(
    () => window.value.state === 'ready' && lastSeq(window.value) < (conversations.byId.get(id)?.seq ?? 0),
  )
  return { window, hasOlder, hasNewer }
}
