// The dialog "New conversation": a user id, and a clear word when it leads nowhere.
import { ref } from 'vue'
import { useConnectionStore } from '#rufer/stores/connection.ts'
import { useConversationsStore } from '#rufer/stores/conversations.ts'

/** @param opened called with the conversation's id */
export function useNewConversation(opened: (conversationId: string) => void) {
  const connection = useConnectionStore()
  const conversations = useConversationsStore()
  const userId = ref('')
  const error = ref('')
  const isBusy = ref(false)

  async function submit() {
    const id = userId.value.trim()
    error.value = reasonAgainst(id)
    if (error.value || isBusy.value) return
    isBusy.value = true
    const outcome = await conversations.openWith(id)
    isBusy.value = false
    if ('conversationId' in outcome) opened(outcome.conversationId)
    else error.value = toSentence(outcome.refused, id)
  }
  function reasonAgainst(id: string): string {
    if (id === '') return 'Type the id of a user'
    return id === connection.userId ? 'That is you' : ''
  }
  function reset() {
    userId.value = ''
    error.value = ''
  }
  return { userId, error, isBusy, submit, reset }
}

function toSentence(code: string, id: string): string {
  if (code === 'user-not-found') return `There is no user ${id}`
  if (code === 'invalid-params') return `“${id}” cannot be a user id`
  if (code === 'connection-lost' || code === 'timeout') return 'No connection. Try again in a moment'
  return 'That did not work. Try again in a moment'
}
