// The divider "New messages": before the first unread at opening, or the first that came while nobody looked.
import { shallowRef, watch, type Ref } from 'vue'
import { useConnectionStore } from '#rufer/stores/connection.ts'
import { useConversationsStore } from '#rufer/stores/conversations.ts'

export function useUnreadDivider(id: string, isWatching: Ref<boolean>) {
  const conversations = useConversationsStore()
  const connection = useConnectionStore()
  const dividerSeq = shallowRef<number>()

  /** To be called when the conversation is opened. */
  function openAtUnread() {
    const conversation = conversations.byId.get(id)
    if (conversation && conversation.unreadCount > 0)
      dividerSeq.value = conversation.seq - conversation.unreadCount + 1
  }
  watch(
    () => conversations.byId.get(id)?.lastMessage,
    (message, before) => {
      if (!message || !before || message.seq <= before.seq) return
      if (message.senderId === connection.userId) dividerSeq.value = undefined
      else if (!isWatching.value) dividerSeq.value ??= message.seq
    },
  )
  return { dividerSeq, openAtUnread }
}
