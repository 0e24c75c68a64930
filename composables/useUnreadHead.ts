// The title and the icon of a page that is all chat: what is unread, and with whom one talks.
import { useHead } from '#imports'
import { computed } from 'vue'
import { useConnectionStore } from '#rufer/stores/connection.ts'
import { peerOf } from '#rufer/stores/conversation-changes.ts'
import { useConversationsStore } from '#rufer/stores/conversations.ts'
import { isolate } from './bidi.ts'

/** In the browser only: the server knows of no conversation. */
export function useUnreadHead() {
  useHead({ title: useTitleWords(), link: [useIcon()] })
}

// --- Internal helpers ---

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
