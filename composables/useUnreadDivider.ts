// The divider "New messages": before the first unread at opening, or the first that came while nobody looked.
import { shallowRef, watch, type Ref } from 'vue'
import type { Conversation } from '#rufer/shared/model/conversation.ts'
import type { Message } from '#rufer/shared/model/message.ts'
import { useConnectionStore } from '#rufer/stores/connection.ts'
import { useConversationsStore } from '#rufer/stores/conversations.ts'
import { useMessagesStore } from '#rufer/stores/messages.ts'

export function useUnreadDivider(id: string, isWatching: Ref<boolean>) {
  const conversations = useConversationsStore()
  const connection = useConnectionStore()
  const messages = useMessagesStore()
  const dividerSeq = shallowRef<number>()

  /** To be called when the conversation is opened. */
  function openAtUnread() {
    const conversation = conversations.byId.get(id)
    if (conversation && conversation.unreadCount > 0)
      dividerSeq.value = conversation.seq - conversation.unreadCount + 1
  }
  /** To be called when something is sent here: what another page sends, or what waited, leaves the divider where it is. */
  function clear() {
    dividerSeq.value = undefined
  }
  watch(
    () => conversations.byId.get(id),
    (now, before) => {
      if (now && before && now.seq > before.seq && !isWatching.value)
        dividerSeq.value ??= firstArrival(before.seq, now)
    },
  )
  /** Of several that came within one frame, with what was sent after them, too. */
  function firstArrival(after: number, { seq, unreadCount }: Conversation): number | undefined {
    const isArrival = (message: Message) => message.seq > after && message.senderId !== connection.userId
    const held = messages.windowOf(id).messages.find(isArrival)?.seq
    return held ?? (unreadCount > 0 ? Math.max(after, seq - unreadCount) + 1 : undefined)
  }
  return { dividerSeq, openAtUnread, clear }
}
