// Announcements for screen readers: few enough to listen to.
import { computed, shallowRef, watch } from 'vue'
import type { Message } from '#rufer/shared/model/message.ts'
import { useConnectionStore } from '#rufer/stores/connection.ts'
import { memberOf } from '#rufer/stores/conversation-changes.ts'
import { useConversationsStore } from '#rufer/stores/conversations.ts'
import { useMessagesStore } from '#rufer/stores/messages.ts'
import { useStatusLineStore } from '#rufer/stores/status-line.ts'
import { toShortText } from './shown-text.ts'
import { useConnectionNotice } from './useConnectionNotice.ts'

/** By another key it is said anew, whatever its words. */
interface Announcement {
  key: number
  text: string
}

const MOST_ARRIVALS = 5
/** What comes within this time is told as one number. */
const TOGETHER_MS = 1_000

export function useAnnouncements() {
  return { arrivals: useArrivals(), status: useStatusWords(), alert: useFailureAlert() }
}

function useArrivals() {
  const conversations = useConversationsStore()
  const connection = useConnectionStore()
  const arrivals = shallowRef<Announcement[]>([])
  const waiting: Message[] = []
  let count = 0
  let lastKey = 0

  function tell() {
    const [first] = waiting.splice(0)
    const messages = count
    count = 0
    const conversation = conversations.open
    if (!conversation || first?.conversationId !== conversation.id) return
    const name = memberOf(conversation, first.senderId)?.displayName ?? ''
    // Deleted before it was told of, it is told of as such.
    const { lastMessage } = conversation
    const one = `${name}: ${toShortText(lastMessage?.id === first.id ? lastMessage : first)}`
    const text = messages === 1 ? one : `${messages} new messages from ${name}`
    arrivals.value = [...arrivals.value, { key: ++lastKey, text }].slice(-MOST_ARRIVALS)
  }
  watch(
    () => conversations.open,
    (now, before) => {
      const message = now?.lastMessage
      if (!message || now.id !== before?.id || now.seq <= before.seq) return
      if (message.senderId === connection.userId) return
      waiting.push(message)
      // Of several that came within one frame the newest alone is seen here.
      count += now.seq - before.seq
      if (waiting.length === 1) setTimeout(tell, TOGETHER_MS)
    },
  )
  return arrivals
}

/** A trouble that is over before it was worth a word on the page is not told here either. */
function useStatusWords() {
  const connection = useConnectionStore()
  const statusLine = useStatusLineStore()
  const { text } = useConnectionNotice()
  let isLost = false
  watch([text, () => connection.status.state], ([words, state]) => {
    if (isLost ? state !== 'live' : words === '' || state !== 'offline') return
    isLost = !isLost
    statusLine.say(isLost ? 'Connection lost' : 'Connected')
  })
  return computed(() => statusLine.words)
}

/** Each that fails is told of, the second one, too. */
function useFailureAlert() {
  const messages = useMessagesStore()
  const alert = shallowRef<Announcement>()
  const failed = computed(() => messages.outbox.filter(({ state }) => state === 'failed').map(({ id }) => id))
  let lastKey = 0
  watch(
    failed,
    (now, before = []) => {
      if (now.length === 0) alert.value = undefined
      else if (now.some((id) => !before.includes(id)))
        alert.value = { key: ++lastKey, text: 'Message not sent' }
    },
    { immediate: true },
  )
  return alert
}
