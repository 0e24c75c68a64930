// The line under a name in the conversation list: the newest message, the one that was not sent, or what is still being written.
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import type { Conversation } from '#rufer/shared/model/conversation.ts'
import { useConnectionStore } from '#rufer/stores/connection.ts'
import { useConversationsStore } from '#rufer/stores/conversations.ts'
import { useDraftsStore } from '#rufer/stores/drafts.ts'
import { useMessagesStore } from '#rufer/stores/messages.ts'

/** More does not fit into any row, and would be read out as its name. */
const LONGEST_PREVIEW = 200

export function usePreview(conversation: MaybeRefOrGetter<Conversation>) {
  const connection = useConnectionStore()
  const messages = useMessagesStore()
  const unsent = computed(() => messages.unsentIn(toValue(conversation).id))
  const failed = computed(() => unsent.value.findLast(({ state }) => state === 'failed'))
  const draft = useClosedDraft(conversation)
  const whole = computed(() => {
    const { lastMessage } = toValue(conversation)
    const onItsWay = unsent.value.at(-1)
    if (failed.value) return `Not sent: ${failed.value.text}`
    if (draft.value) return `Draft: ${draft.value}`
    if (onItsWay) return `You: ${onItsWay.text}`
    if (!lastMessage) return 'No messages yet'
    return lastMessage.senderId === connection.userId ? `You: ${lastMessage.text}` : lastMessage.text
  })
  const text = computed(() => whole.value.slice(0, LONGEST_PREVIEW))
  return { text, isFailed: computed(() => failed.value !== undefined) }
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
