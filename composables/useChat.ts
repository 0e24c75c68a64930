// The chat as a whole: connected while it is shown, following its address.
import { computed, onBeforeUnmount, onMounted, watch } from 'vue'
import { useConnectionStore } from '#rufer/stores/connection.ts'
import { useConversationsStore } from '#rufer/stores/conversations.ts'
import { useDebugStore } from '#rufer/stores/debug.ts'
import { useChatRoute } from './useChatRoute.ts'
import { useCopier } from './useCopier.ts'
import { useDemo } from './useDemo.ts'
import { useIdling } from './useLooking.ts'
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

  useNotices()
  // Kept from one conversation to the next.
  useIdling()
  useCopier()

  const closed = computed(() => (connection.status.state === 'closed' ? connection.status : undefined))
  return { closed, isDebug, isDemo: useDemo(), userId }
}
