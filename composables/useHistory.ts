// History: loads pages of messages as the reader nears them, and lets go of what is far away.
import { useEventListener } from '@vueuse/core'
import { computed, watch, type Ref } from 'vue'
import { useConnectionStore } from '#rufer/stores/connection.ts'
import { useConversationsStore } from '#rufer/stores/conversations.ts'
import { firstSeq, lastSeq } from '#rufer/stores/message-window.ts'
import { MOST_ROWS, useMessagesStore } from '#rufer/stores/messages.ts'

/** A page is asked for when less than this is left, in heights of the scroller. */
const SCREENS_LEFT = 1.5

export function useHistory(
  id: string,
  { scroller, isAtRest }: { scroller: Ref<HTMLElement | null>; isAtRest: Ref<boolean> },
) {
  const messages = useMessagesStore()
  const conversations = useConversationsStore()
  const connection = useConnectionStore()
  const window = computed(() => messages.windowOf(id))
  const hasOlder = computed(() => firstSeq(window.value) > 1)
  const hasNewer = computed(
    () => window.value.state === 'ready' && lastSeq(window.value) < (conversations.byId.get(id)?.seq ?? 0),
  )

  function loadNear() {
    const near = nearSides(scroller.value)
    if (hasOlder.value && near.older && window.value.older === 'idle') void messages.loadSide(id, 'older')
    if (hasNewer.value && near.newer && window.value.newer === 'idle') void messages.loadSide(id, 'newer')
  }
  function trimFar() {
    if (window.value.messages.length > MOST_ROWS) messages.trim(id, farSide(scroller.value))
  }
  function retryFailed() {
    if (window.value.state === 'failed') void messages.load(id)
    for (const side of ['older', 'newer'] as const)
      if (window.value[side] === 'failed') void messages.loadSide(id, side)
  }

  useEventListener(scroller, 'scroll', loadNear, { passive: true })
  watch(isAtRest, (rests) => rests && trimFar())
  watch(
    () => connection.isLive,
    (isLive) => isLive && retryFailed(),
  )
  return { window, hasOlder, hasNewer, loadNear, trimFar, retryFailed }
}

function nearSides(scroller: Element | null) {
  if (!scroller) return { older: false, newer: false }
  const { above, below } = distances(scroller)
  const near = scroller.clientHeight * SCREENS_LEFT
  return { older: above < near, newer: below < near }
}

function farSide(scroller: Element | null): 'older' | 'newer' {
  if (!scroller) return 'older'
  const { above, below } = distances(scroller)
  return above < below ? 'newer' : 'older'
}

function distances(scroller: Element) {
  const below = -scroller.scrollTop
  return { below, above: scroller.scrollHeight - scroller.clientHeight - below }
}
