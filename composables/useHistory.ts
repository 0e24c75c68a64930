// History: loads pages of messages as the reader nears them, and lets go of what is far away.
import { useEventListener } from '@vueuse/core'
import { watch, type Ref } from 'vue'
import { useConnectionStore } from '#rufer/stores/connection.ts'
import { firstSeq, lastSeq } from '#rufer/stores/message-window.ts'
import { useMessagesStore } from '#rufer/stores/messages.ts'
import { useStatusLineStore } from '#rufer/stores/status-line.ts'
import type { useHeldRange } from './useHeldRange.ts'

/** A page is asked for when less than this is left, in heights of the scroller. */
const SCREENS_LEFT = 1.5
/** The most rows at rest; while the list moves, letting go of some would take the momentum from a touch. */
const MOST_ROWS = 300

type Range = ReturnType<typeof useHeldRange>

export function useHistory(
  id: string,
  { scroller, isAtRest, range }: { scroller: Ref<HTMLElement | null>; isAtRest: Ref<boolean>; range: Range },
) {
  const messages = useMessagesStore()
  const connection = useConnectionStore()
  const statusLine = useStatusLineStore()
  const { window, hasOlder, hasNewer } = range

  function loadNear() {
    const near = nearSides(scroller.value)
    if (hasOlder.value && near.older && window.value.older === 'idle') void loadOlder()
    if (hasNewer.value && near.newer && window.value.newer === 'idle') void messages.loadSide(id, 'newer')
  }
  async function loadOlder() {
    const before = firstSeq(window.value)
    statusLine.say('')
    await messages.loadSide(id, 'older')
    const count = before - firstSeq(window.value)
    if (count > 0) statusLine.say(`${count} older messages loaded`)
  }
  function trimFar() {
    const side = farSide(scroller.value)
    const most = Math.max(MOST_ROWS, countToFocus(side))
    if (window.value.messages.length > most && isAtRest.value) messages.trim(id, side, most)
  }
  /** Rows up to the one that has the focus, which must not go away under it. */
  function countToFocus(side: 'older' | 'newer'): number {
    const row = scroller.value?.querySelector('[data-seq]:focus-within')
    const seq = Number(row?.getAttribute('data-seq') ?? 0)
    if (seq === 0) return 0
    return 1 + (side === 'newer' ? seq - firstSeq(window.value) : lastSeq(window.value) - seq)
  }
  function retryFailed() {
    if (window.value.state === 'failed') void messages.load(id)
    for (const side of ['older', 'newer'] as const)
      if (window.value[side] === 'failed') void messages.loadSide(id, side)
  }

  useEventListener(scroller, 'scroll', loadNear, { passive: true })
  watch(isAtRest, trimFar)
  watch(
    () => connection.isLive,
    (isLive) => isLive && retryFailed(),
  )
  return { loadNear, trimFar, retryFailed }
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
