// The chat as a whole: connected while it is shown, following its address, named by what is unread.
import { useHead } from '#imports'
import { computed, onBeforeUnmount, onMounted, watch } from 'vue'
import { useConnectionStore } from '#rufer/stores/connection.ts'
import { peerOf } from '#rufer/stores/conversation-changes.ts'
import { useConversationsStore } from '#rufer/stores/conversations.ts'
import { useDebugStore } from '#rufer/stores/debug.ts'
import { isolate } from './bidi.ts'
import { useChatRoute } from './useChatRoute.ts'
import { useDemo } from './useDemo.ts'
import { useNotices } from './useNotices.ts'

export function useChat() {
  const connection = useConnectionStore()
  const conversations = useConversationsStore()
  const debug = useDebugStore()
  const { chatId, isDebug, userId } = useChatRoute()

  onMounted(() => {
    debug.isOn = isDebug.value
    connection.connect()
  })
  onBeforeUnmount(() => connection.disconnect())
  watch(isDebug, (isOn) => (debug.isOn = isOn))
  watch(
    [chatId, () => connection.isLive],
    ([id, isLive]) => {
      // The list knows most conversations; the others can be asked for once there is a connection.
      if (id !== conversations.openId || isLive) void conversations.show(id)
    },
    { immediate: true },
  )
  useHead({ title: useTitleWords(), link: [useIcon()] })

  useNotices()

  const closed = computed(() => (connection.status.state === 'closed' ? connection.status : undefined))
  return { closed, isDebug, isDemo: useDemo(), userId }
}

/** "(3) Bob Johnson · Rufer" */
function useTitleWords() {
  const connection = useConnectionStore()
  const conversations = useConversationsStore()
  return computed(() => {
    const { open, unreadTotal } = conversations
    const name = open && peerOf(open, connection.userId)?.displayName
    return `${unreadTotal > 0 ? `(${unreadTotal}) ` : ''}${name ? `${isolate(name)} · ` : ''}Rufer`
  })
}

/** With a dot while something is unread. */
function useIcon() {
  const conversations = useConversationsStore()
  const href = computed(() => (conversations.unreadTotal > 0 ? '/favicon-unread.svg' : '/favicon.svg'))
  return { key: 'icon', rel: 'icon', type: 'image/svg+xml', href } as const
}
