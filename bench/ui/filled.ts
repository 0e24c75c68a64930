// What the page is measured with: conversations short and long, and lists short and long, written into the store.
import { v7 } from 'uuid'
import { openStore } from '#rufer/server/store/open.ts'
import type { ChatStore } from '#rufer/server/store/port.ts'

export interface Amounts {
  /** messages of the long conversation */
  messages: number
  /** of the long list */
  conversations: number
}

/** How each is named by the one who is in it with "reader"; "many" and "few" have lists of their own. */
export const SHORT = 50
export const FULL = 300

/** Fills a data folder that no process uses just now. */
export async function fill(dataDir: string, amounts: Amounts): Promise<void> {
  const store = await openStore({ dataDir, sqliteSync: 'normal' })
  try {
    const peers = ['long', 'short', 'full', 'none']
    for (const userId of ['reader', 'many', 'few', ...peers]) await put(store, userId)
    await store.openConversation(['reader', 'none'], new Date().toISOString())
    await talk(store, 'full', FULL)
    await talk(store, 'short', SHORT)
    await talk(store, 'long', amounts.messages)
    await list(store, 'few', SHORT)
    await list(store, 'many', amounts.conversations)
  } finally {
    await store.close()
  }
}

// --- Internal helpers ---

/** Written in one turn of the event loop, and so in one transaction. */
const AT_ONCE = 1_000

/** Both wrote, and "reader" has read everything. */
async function talk(store: ChatStore, peer: string, count: number) {
  let conversationId = ''
  for (let from = 0; from < count; from += AT_ONCE) {
    const length = Math.min(AT_ONCE, count - from)
    const outcomes = await Promise.all(
      Array.from({ length }, (_, index) => write(store, { peer, number: from + index + 1 })),
    )
    const [first] = outcomes
    if (first && 'message' in first) conversationId = first.message.conversationId
  }
  const at = new Date().toISOString()
  await store.moveReceipt({ userId: 'reader', conversationId, deliveredSeq: count, readSeq: count, at })
}

/** Of one line or several, as messages are. */
function write(store: ChatStore, { peer, number }: { peer: string; number: number }) {
  const isOwn = number % 3 === 0
  return store.appendMessage({
    id: v7(),
    senderId: isOwn ? 'reader' : peer,
    target: { userId: isOwn ? peer : 'reader' },
    text: `message ${number}${' and so on'.repeat((number * 7) % 30)}`,
    at: new Date().toISOString(),
  })
}

async function list(store: ChatStore, userId: string, count: number) {
  for (let from = 0; from < count; from += AT_ONCE) {
    const peers = Array.from(
      { length: Math.min(AT_ONCE, count - from) },
      (_, index) => `${userId}-${from + index}`,
    )
    await Promise.all(peers.map((peer) => put(store, peer)))
    await Promise.all(peers.map((peer) => store.openConversation([userId, peer], new Date().toISOString())))
  }
}

function put(store: ChatStore, userId: string) {
  return store.putUser({ userId, displayName: userId }, new Date().toISOString())
}
