// Makes the client of the chat page and routes each of its events to one store action.
import { defineNuxtPlugin } from '#imports'
import { ChatClient } from '#rufer/client/chat-client.ts'
import type { SessionToken } from '#rufer/client/connection.ts'
import type { ConnectionStatus } from '#rufer/client/status.ts'
import { TokenDelayed } from '#rufer/client/token-delayed.ts'
import { TokenRefused } from '#rufer/client/token-refused.ts'
import type { Message } from '#rufer/shared/model/message.ts'
import { useConnectionStore } from '#rufer/stores/connection.ts'
import { useConversationsStore } from '#rufer/stores/conversations.ts'
import { useDebugStore } from '#rufer/stores/debug.ts'
import { useDraftsStore } from '#rufer/stores/drafts.ts'
import { useMessagesStore } from '#rufer/stores/messages.ts'
import { usePresenceStore } from '#rufer/stores/presence.ts'
import { useReceiptsStore } from '#rufer/stores/receipts.ts'
import { useSettingsStore } from '#rufer/stores/settings.ts'
import { useTypingStore } from '#rufer/stores/typing.ts'

/** Frames stand still in a hidden tab: there events are applied by this timer. */
const HIDDEN_FRAME_MS = 250
/** While somebody may look, how often it is checked that nothing was missed. */
const CHECK_EVERY_MS = 60_000

export default defineNuxtPlugin(() => {
  const chat = new ChatClient({
    url: new URL('/ws', location.href.replace(/^http/, 'ws')).href,
    WebSocket,
    getToken: fetchSessionToken,
    storage: () => localStorage,
    // Undefined over plain http, whatever its type says.
    locks: navigator.locks,
  })
  routeEvents(chat)
  stayLevel(chat)
  return { provide: { chat } }
})

function stayLevel(chat: ChatClient) {
  addEventListener('online', () => chat.reconnectNow())
  addEventListener('focus', () => void chat.check())
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return
    chat.reconnectNow()
    void chat.check()
  })
  window.addEventListener('storage', (event) => {
    useDraftsStore().applyStorage(event)
    useSettingsStore().applyStorage(event)
  })
  setInterval(() => {
    if (!document.hidden) void chat.check()
  }, CHECK_EVERY_MS)
}

function routeEvents(chat: ChatClient) {
  const apply = createFrameQueue()
  chat.on('trace', (trace) => useDebugStore().record(trace))
  chat.on('status', (status) => apply(() => applyStatus(status)))
  chat.on('session.started', (session) =>
    apply(() => {
      useDraftsStore().takeUp(session.userId)
      useConnectionStore().applySession(session)
    }),
  )
  chat.on('conversation.updated', ({ conversation }) =>
    apply(() => useConversationsStore().put(conversation)),
  )
  chat.on('message.created', ({ message }) => apply(() => applyMessage(message)))
  chat.on('message.updated', ({ message }) => apply(() => applyMessage(message)))
  chat.on('outbox.changed', ({ rows }) => apply(() => useMessagesStore().applyOutbox(rows)))
  chat.on('typing.started', (typing) => apply(() => useTypingStore().applyStarted(typing)))
  chat.on('typing.stopped', (typing) => apply(() => useTypingStore().applyStopped(typing)))
  chat.on('presence.changed', ({ presence }) => apply(() => usePresenceStore().apply(presence)))
  chat.on('receipt.updated', ({ receipt }) =>
    apply(() => {
      useMessagesStore().applyReceipt(receipt)
      useConversationsStore().applyReceipt(receipt)
    }),
  )
}

function applyStatus(status: ConnectionStatus) {
  useConnectionStore().applyStatus(status)
  if (status.state === 'offline' || status.state === 'closed') useTypingStore().clear()
  if (status.state === 'closed' && status.reason === 'ended') useDraftsStore().forget()
  if (status.state !== 'live') return
  useReceiptsStore().run()
  if (useConversationsStore().nextCursor === undefined) void useConversationsStore().loadMore()
}

function applyMessage(message: Message) {
  useMessagesStore().applyMessage(message)
  void useConversationsStore().applyMessage(message)
}

/** Applies what came since the last frame at once, so that a burst of events renders once. */
function createFrameQueue() {
  let waiting: (() => void)[] = []
  const flush = () => {
    const due = waiting
    waiting = []
    for (const run of due) attempt(run)
  }
  return (run: () => void) => {
    waiting.push(run)
    if (waiting.length > 1) return
    requestAnimationFrame(flush)
    setTimeout(flush, HIDDEN_FRAME_MS)
  }
}

/** What fails with one event is reported as any uncaught error; those after it are applied all the same. */
function attempt(run: () => void) {
  try {
    run()
  } catch (error) {
    reportError(error)
  }
}

/** In demo mode the address says who one is; otherwise the browser's session does, and the address is ignored. */
async function fetchSessionToken(signal: AbortSignal): Promise<SessionToken> {
  const userId = new URLSearchParams(location.search).get('userId')
  const response = await fetch('/api/session-token', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(userId === null ? {} : { userId }),
    signal,
  })
  if (response.ok) return await response.json()
  if (response.status === 404) throw new TokenRefused('user-not-found')
  if (response.status === 403) throw new TokenRefused('sign-in-required')
  // A userId that is none, or that nobody gave, is refused as malformed.
  if (response.status === 400) throw new TokenRefused(userId === null ? 'sign-in-required' : 'user-not-found')
  const seconds = Number(response.headers.get('retry-after'))
  if (seconds > 0) throw new TokenDelayed(seconds * 1000)
  throw new Error(`unable to get session token; the server answered ${response.status}`)
}
