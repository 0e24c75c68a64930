// Drafts store: what is typed and not sent, by conversation; kept in the browser's storage where that can be had.
import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'

interface State {
  byConversation: Map<string, string>
  /** whose they are; undefined before the first session, and once they were forgotten for good */
  userId: string | undefined
}

export const useDraftsStore = defineStore('drafts', {
  state: (): State => ({ byConversation: shallowReactive(new Map()), userId: undefined }),
  actions: {
    /** Takes up what the user's earlier pages kept. */
    takeUp(userId: string) {
      if (this.userId === userId) return
      this.userId = userId
      for (const [id, text] of readAll(userId))
        if (!this.byConversation.has(id)) this.byConversation.set(id, text)
    },
    /** Keeps a text in place of the one before; an empty one removes it. */
    keep(conversationId: string, text: string) {
      if (this.userId === undefined) return
      this.put(conversationId, text)
      write(keyOf(this.userId, conversationId), text)
    },
    /** Another page of the browser kept a text, or removed it. */
    applyStorage({ key, newValue }: StorageEvent) {
      const id = this.userId === undefined ? undefined : conversationIn(key ?? '', this.userId)
      if (id !== undefined) this.put(id, newValue ?? '')
    },
    put(conversationId: string, text: string) {
      if (text === '') this.byConversation.delete(conversationId)
      else this.byConversation.set(conversationId, text)
    },
    /** For signing out: what was typed is not for whoever comes next. Nothing is kept from then on. */
    forget() {
      if (this.userId === undefined) return
      for (const id of [...this.byConversation.keys(), ...readAll(this.userId).keys()]) this.keep(id, '')
      this.userId = undefined
    },
  },
})

// --- Internal helpers ---

const PREFIX = 'rufer:draft:'

function keyOf(userId: string, conversationId: string): string {
  return `${PREFIX}${userId}:${conversationId}`
}

/** A user's id may hold colons, a conversation's does not. */
function conversationIn(key: string, userId: string): string | undefined {
  const prefix = keyOf(userId, '')
  const id = key.slice(prefix.length)
  return key.startsWith(prefix) && id !== '' && !id.includes(':') ? id : undefined
}

function readAll(userId: string): Map<string, string> {
  const texts = new Map<string, string>()
  try {
    for (const key of Object.keys(localStorage)) {
      const id = conversationIn(key, userId)
      if (id !== undefined) texts.set(id, localStorage.getItem(key) ?? '')
    }
  } catch {
    // Blocked: then they last as long as the page.
  }
  return texts
}

function write(key: string, text: string) {
  try {
    if (text === '') localStorage.removeItem(key)
    else localStorage.setItem(key, text)
  } catch {
    // Blocked or full: then it lasts as long as the page.
  }
}
