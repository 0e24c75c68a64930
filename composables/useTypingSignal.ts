// Tells the others that one types: at most every 2 s while keys come, and at once when it ends.
import { onScopeDispose } from 'vue'
import { TYPING_RELAY_MS } from '#rufer/shared/protocol/limits.ts'
import { useConnectionStore } from '#rufer/stores/connection.ts'
import { useTypingStore } from '#rufer/stores/typing.ts'

const START_EVERY_MS = 2_000
/** A little more than the server's second, for what the network takes from it. */
const RELAYED_AGAIN_MS = TYPING_RELAY_MS + 100

export function useTypingSignal(conversationId: string) {
  const connection = useConnectionStore()
  const typing = useTypingStore()
  let startedAt = -Infinity
  let isShown = false
  let timer: ReturnType<typeof setTimeout> | undefined

  /** The server relays one a second: a start soon after a message waits, or nobody would see it. */
  function typed() {
    if (timer) return
    const everyMs = isShown ? START_EVERY_MS : RELAYED_AGAIN_MS
    const waitMs = startedAt + everyMs - performance.now()
    if (waitMs <= 0) start()
    else if (!isShown) timer = setTimeout(start, waitMs)
  }
  function start() {
    timer = undefined
    if (!connection.isLive) return
    startedAt = performance.now()
    isShown = true
    void typing.start(conversationId)
  }
  function stopped() {
    if (isShown && connection.isLive) void typing.stop(conversationId)
    sent()
  }
  /** A message ends the typing by itself. */
  function sent() {
    clearTimeout(timer)
    timer = undefined
    isShown = false
  }
  onScopeDispose(stopped)
  return { typed, stopped, sent }
}
