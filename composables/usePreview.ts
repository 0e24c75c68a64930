// The line under a name in the conversation list: the newest message, the one that was not sent, or what is still being written.
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import type { Conversation } from '#rufer/shared/model/conversation.ts'
import { useConnectionStore } from '#rufer/stores/connection.ts'
import { useConversationsStore } from '#rufer/stores/conversations.ts'
import { useDraftsStore } from '#rufer/stores/drafts.ts'
import { useMessagesStore } from '#rufer/stores/messages.ts'
import { shortened, toShortText } from './shown-text.ts'

interface Preview {
  text: string
  /** it was not sent, or is there no more */
  tone?: 'failed' | 'deleted'
}

export function usePreview(conversation: MaybeRefOrGetter<Conversation>) {
  const messages = useMessagesStore()
  const unsent = computed(() => messages.unsentIn(toValue(conversation).id))
  const draft = useClosedDraft(conversation)
  const stored = useStoredPreview(conversation)
  return computed((): Preview => {
    const failed = unsent.value.findLast(({ state }) => state === 'failed')
    const onItsWay = unsent.value.at(-1)
    if (failed) return { text: `Not sent: ${shortened(failed.text)}`, tone: 'failed' }
    if (draft.value) return { text: `Draft: ${shortened(draft.value)}` }
    return onItsWay ? { text: `You: ${shortened(onItsWay.text)}` } : stored.value
  })
}

// --- Internal helpers ---

function useStoredPreview(conversation: MaybeRefOrGetter<Conversation>) {
  const connection = useConnectionStore()
  return computed((): Preview => {
    const { lastMessage } = toValue(conversation)
    if (!lastMessage) return { text: 'No messages yet' }
    const text = toShortText(lastMessage)
    if (lastMessage.deletedAt !== undefined) return { text, tone: 'deleted' }
    return { text: lastMessage.senderId === connection.userId ? `You: ${text}` : text }
  })
}

/** The draft in a conversation that is not open: in the open one it can be seen. */
function useClosedDraft(conversation: MaybeRefOrGetter<Conversation>) {
  const conversations = useConversationsStore()
  const drafts = useDraftsStore()
  return computed(() => {
    const { id } = toValue(conversation)
    return id === conversations.openId ? undefined : drafts.byConversation.get(id)
  })
}
