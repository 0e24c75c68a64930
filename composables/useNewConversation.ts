// The dialog "New conversation": a user id, and a clear word when it leads nowhere.
import { ref } from 'vue'
import { RequestError } from '#rufer/client/request-error.ts'
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
    try {
      opened(await conversations.openWith(id))
    } catch (failure) {
      error.value = toSentence(failure, id)
    }
    isBusy.value = false
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

function toSentence(failure: unknown, id: string): string {
  if (!(failure instanceof RequestError)) throw failure
  if (failure.code === 'user-not-found') return `There is no user ${id}`
  if (failure.code === 'invalid-params') return `“${id}” cannot be a user id`
  if (failure.code === 'connection-lost' || failure.code === 'timeout')
    return 'No connection. Try again in a moment'
  return 'That did not work. Try again in a moment'
}
