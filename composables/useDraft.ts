// The draft of a conversation: what the composer begins with, and what is kept of it while somebody types.
import { useEventListener } from '@vueuse/core'
import { onScopeDispose, watch, type Ref } from 'vue'
import { useDraftsStore } from '#rufer/stores/drafts.ts'

/** After a key it is kept within this time. */
const KEPT_MS = 300

interface Draft {
  text: Ref<string>
  /** whether somebody is just about to type in it: then nobody else changes it */
  isInUse: () => boolean
}

/** @returns what to call after every change of the text, and what to call when it should be kept at once */
export function useDraft(conversationId: string, { text, isInUse }: Draft) {
  const drafts = useDraftsStore()
  let timer: ReturnType<typeof setTimeout> | undefined

  text.value = drafts.byConversation.get(conversationId) ?? ''

  function changed() {
    timer ??= setTimeout(keep, KEPT_MS)
  }
  function keep() {
    clearTimeout(timer)
    timer = undefined
    drafts.keep(conversationId, text.value.trim() === '' ? '' : text.value)
  }
  /** What did not change is left to the other pages. */
  function keepChange() {
    if (timer !== undefined) keep()
  }
  watch(
    () => drafts.byConversation.get(conversationId) ?? '',
    (kept) => {
      if (timer === undefined && !isInUse()) text.value = kept
    },
  )
  useEventListener(window, 'pagehide', keepChange)
  useEventListener(document, 'visibilitychange', () => {
    if (document.hidden) keepChange()
  })
  onScopeDispose(keepChange)
  return { changed, keep }
}
