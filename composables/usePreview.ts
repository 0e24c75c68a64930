// The line under a name in the conversation list: the newest message, or the one that was not sent.
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import type { Conversation } from '#rufer/shared/model/conversation.ts'
import { useConnectionStore } from '#rufer/stores/connection.ts'
import { useMessagesStore } from '#rufer/stores/messages.ts'

/** More does not fit into any row, and would be read out as its name. */
const LONGEST_PREVIEW = 200

export function usePreview(conversation: MaybeRefOrGetter<Conversation>) {
  const connection = useConnectionStore()
  const messages = useMessagesStore()
  const unsent = computed(() => messages.unsentIn(toValue(conversation).id))
  const failed = computed(() => unsent.value.findLast(({ state }) => state === 'failed'))
  const whole = computed(() => {
    const { lastMessage } = toValue(conversation)
    const onItsWay = unsent.value.at(-1)
    if (failed.value) return `Not sent: ${failed.value.text}`
    if (onItsWay) return `You: ${onItsWay.text}`
    if (!lastMessage) return 'No messages yet'
    return lastMessage.senderId === connection.userId ? `You: ${lastMessage.text}` : lastMessage.text
  })
  const text = computed(() => whole.value.slice(0, LONGEST_PREVIEW))
  return { text, isFailed: computed(() => failed.value !== undefined) }
}
