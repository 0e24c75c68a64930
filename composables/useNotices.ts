// Notices: what tells of a message that nobody saw, by the system and by a sound, where somebody asked for it.
import { onScopeDispose } from 'vue'
import type { Message } from '#rufer/shared/model/message.ts'
import { useChatClient } from '#rufer/stores/chat-client.ts'
import { useConnectionStore } from '#rufer/stores/connection.ts'
import { memberOf } from '#rufer/stores/conversation-changes.ts'
import { useConversationsStore } from '#rufer/stores/conversations.ts'
import { useSettingsStore } from '#rufer/stores/settings.ts'
import { useChatRoute } from './useChatRoute.ts'
import { useSound } from './useSound.ts'

/** Somebody who looks at it in another tab has said so by then: seen takes 300 ms, its receipt 250 more. */
const STILL_UNREAD_MS = 1_000
const LONGEST_TEXT = 200

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
    if (!conversation || !me || me.readSeq >= message.seq) return
    sound.play()
    if (!settings.hasNotices || isLookedAt()) return
    system.show({
      id: conversation.id,
      title: memberOf(conversation, message.senderId)?.displayName ?? '',
      body: message.text.slice(0, LONGEST_TEXT),
    })
  }
  const ends = [
    chat.on('message.created', ({ message }) => {
      if (message.senderId !== connection.userId) setTimeout(tell, STILL_UNREAD_MS, message)
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
}

function useSystemNotices() {
  const { goTo } = useChatRoute()
  const shown = new Map<string, Notification>()

  function show({ id, title, body }: Notice) {
    try {
      const notice = new Notification(title, { body, tag: id, icon: '/favicon.svg' })
      shown.set(id, notice)
      notice.addEventListener('click', () => {
        window.focus()
        void goTo(id)
        close(id)
      })
    } catch {
      // Some browsers know the word and show none.
    }
  }
  function close(id: string) {
    shown.get(id)?.close()
    shown.delete(id)
  }
  return { show, close }
}

function isLookedAt(): boolean {
  return !document.hidden && document.hasFocus()
}
