// Tells the others that one types: at most every 2 s while keys come, and at once when it ends.
import { onScopeDispose } from 'vue'
import { useConnectionStore } from '#rufer/stores/connection.ts'
import { useTypingStore } from '#rufer/stores/typing.ts'

const START_EVERY_MS = 2_000

export function useTypingSignal(conversationId: string) {
  const connection = useConnectionStore()
  const typing = useTypingStore()
  let startedAt: number | undefined

  function typed() {
    if (!connection.isLive) return
    if (startedAt !== undefined && Date.now() - startedAt < START_EVERY_MS) return
    startedAt = Date.now()
    void typing.start(conversationId)
  }
  function stopped() {
    if (startedAt === undefined) return
    startedAt = undefined
    if (connection.isLive) void typing.stop(conversationId)
  }
  /** A message ends the typing by itself. */
  function sent() {
    startedAt = undefined
  }
  onScopeDispose(stopped)
  return { typed, stopped, sent }
}
