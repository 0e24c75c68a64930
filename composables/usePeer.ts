// The other one of a conversation: name, presence and typing, as far as they are known just now.
import { computed, type MaybeRefOrGetter, toValue } from 'vue'
import type { Conversation } from '#rufer/shared/model/conversation.ts'
import { useConnectionStore } from '#rufer/stores/connection.ts'
import { peerOf } from '#rufer/stores/conversation-changes.ts'
import { usePresenceStore } from '#rufer/stores/presence.ts'
import { useTypingStore } from '#rufer/stores/typing.ts'
import { formatLastSeen } from './format-time.ts'
import { useChatNow } from './useChatNow.ts'

export function usePeer(conversation: MaybeRefOrGetter<Conversation>) {
  const connection = useConnectionStore()
  const presences = usePresenceStore()
  const typing = useTypingStore()
  const now = useChatNow()
  const peer = computed(() => peerOf(toValue(conversation), connection.userId))
  const name = computed(() => peer.value?.displayName ?? '')
  const presence = computed(() =>
    connection.isLive && peer.value ? presences.byUser.get(peer.value.userId) : undefined,
  )
  const isOnline = computed(() => presence.value?.status === 'online')
  const isTyping = computed(
    () => connection.isLive && (typing.byConversation.get(toValue(conversation).id)?.length ?? 0) > 0,
  )
  /** "typing…", "online", "last seen …", or nothing */
  const line = computed(() => {
    if (isTyping.value) return 'typing…'
    if (isOnline.value) return 'online'
    const seenAt = presence.value?.lastSeenAt
    return seenAt ? formatLastSeen(seenAt, now.value) : ''
  })
  return { peer, name, isOnline, isTyping, line }
}
