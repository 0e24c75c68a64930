// Notices: what tells of a message that nobody saw, by the system and by a sound, where somebody asked for it.
import { onScopeDispose } from 'vue'
import type { Conversation } from '#rufer/shared/model/conversation.ts'
import type { Message } from '#rufer/shared/model/message.ts'
import { useChatClient } from '#rufer/stores/chat-client.ts'
import { useConnectionStore } from '#rufer/stores/connection.ts'
import { memberOf } from '#rufer/stores/conversation-changes.ts'
import { useConversationsStore } from '#rufer/stores/conversations.ts'
import { useSettingsStore } from '#rufer/stores/settings.ts'
import { toShortText } from './shown-text.ts'
import { useChatRoute } from './useChatRoute.ts'
import { useSound } from './useSound.ts'

/** Somebody who looks at it in another tab has said so by then: seen takes 300 ms, and its receipt the way there and back. */
const STILL_UNREAD_MS = 500

export function useNotices() {
  const chat = useChatClient()
  const connection = useConnectionStore()
  const conversations = useConversationsStore()
  const settings = useSettingsStore()
  const sound = useSound()
  const system = useSystemNotices()

  function tell(message: Message) {
    const conversation = conversations.byId.get(message.conversationId)
    const me = conversation && memberOf(conversation, connection.userId)
    if (!conversation || !me || me.readSeq >= message.seq || isDeleted(message, conversation)) return
    sound.play()
    if (!settings.hasNotices || isLookedAt()) return
    system.show({
      id: conversation.id,
      title: memberOf(conversation, message.senderId)?.displayName ?? '',
      body: toShortText(message),
      messageId: message.id,
    })
  }
  const ends = [
    chat.on('message.created', ({ message }) => {
      if (message.senderId !== connection.userId) setTimeout(tell, STILL_UNREAD_MS, message)
    }),
    chat.on('message.updated', ({ message }) => {
      if (message.deletedAt !== undefined) system.close(message.conversationId, message.id)
    }),
    chat.on('receipt.updated', ({ receipt }) => {
      if (receipt.userId === connection.userId) system.close(receipt.conversationId)
    }),
  ]
  onScopeDispose(() => {
    for (const end of ends) end()
  })
}

// --- Internal helpers ---

interface Notice {
  /** of the conversation: one of it replaces the one before, from whichever tab */
  id: string
  title: string
  body: string
  messageId: string
}

interface Shown {
  notice: Notification
  messageId: string
}

function useSystemNotices() {
  const { goTo } = useChatRoute()
  const shown = new Map<string, Shown>()

  function show({ id, title, body, messageId }: Notice) {
    try {
      const notice = new Notification(title, { body, tag: id, icon: '/favicon.svg' })
      shown.set(id, { notice, messageId })
      notice.addEventListener('click', () => {
        window.focus()
        void goTo(id)
        close(id)
      })
    } catch {
      // Some browsers know the word and show none.
    }
  }
  /** @param messageId closes it only where it is of that message */
  function close(id: string, messageId?: string) {
    const told = shown.get(id)
    if (!told || (messageId !== undefined && told.messageId !== messageId)) return
    told.notice.close()
    shown.delete(id)
  }
  return { show, close }
}

/** From the beginning, or by now. */
function isDeleted(message: Message, { lastMessage }: Conversation): boolean {
  return [message, lastMessage].some((each) => each?.id === message.id && each.deletedAt !== undefined)
}

function isLookedAt(): boolean {
  return !document.hidden && document.hasFocus()
}
