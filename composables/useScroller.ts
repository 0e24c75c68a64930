// The scroller of messages: scrollTop 0 is the end, and whatever changes, the reader's place stays.
import { useEventListener, useResizeObserver } from '@vueuse/core'
import { nextTick, ref, type Ref } from 'vue'

/** A row, and where its top is below the scroller's. */
interface Anchor {
  row: Element
  offset: number
}

/** So near the end counts as being there. */
const END_PX = 48
/** So long after the last scrolling the list is at rest. */
const REST_MS = 150

export function useScroller(scroller: Ref<HTMLElement | null>, list: Ref<HTMLElement | null>) {
  const isAtEnd = ref(true)
  const isAtRest = ref(true)
  /** more than one screen from the end */
  const isFar = ref(false)
  let anchor: Anchor | undefined
  let rest: ReturnType<typeof setTimeout> | undefined

  /** Runs a change of the rows: at the end it stays at the end, elsewhere the row at the top stays where it is. */
  async function keepPlace(change: () => void) {
    const before = isAtEnd.value ? undefined : findAnchor(scroller.value, list.value)
    change()
    await nextTick()
    if (before) restore(scroller.value, before)
    else if (isAtEnd.value) toEnd()
    anchor = before ?? anchor
  }

  /** Forgets the anchor first: a resize in the same frame would pull back to it. */
  function toEnd() {
    anchor = undefined
    isAtEnd.value = true
    isFar.value = false
    if (scroller.value) scroller.value.scrollTop = 0
  }

  /** Brings a row to `offset` pixels below the top. */
  function toRow(row: Element, offset: number) {
    isAtEnd.value = false
    anchor = { row, offset }
    restore(scroller.value, anchor)
  }

  function scrolled() {
    const below = -(scroller.value?.scrollTop ?? 0)
    isAtEnd.value = below < END_PX
    isFar.value = below > (scroller.value?.clientHeight ?? 0)
    anchor = isAtEnd.value ? undefined : findAnchor(scroller.value, list.value)
    isAtRest.value = false
    clearTimeout(rest)
    rest = setTimeout(() => (isAtRest.value = true), REST_MS)
  }

  useEventListener(scroller, 'scroll', scrolled, { passive: true })
  useResizeObserver([scroller, list], () => {
    if (anchor) restore(scroller.value, anchor)
    else if (isAtEnd.value) toEnd()
  })
  return {
    isAtEnd,
    isAtRest,
    isFar,
    keepPlace,
    toEnd,
    toRow,
    place: () => findAnchor(scroller.value, list.value),
  }
}

/** The first row that ends below the scroller's top. */
function findAnchor(scroller: Element | null, list: Element | null): Anchor | undefined {
  if (!scroller || !list) return undefined
  const { top } = scroller.getBoundingClientRect()
  const row = list.children[firstIndex(list.children.length, (index) => bottomOf(list.children[index]) > top)]
  return row && { row, offset: row.getBoundingClientRect().top - top }
}

/** The last row whose bottom is in view. */
export function lastRowInView(scroller: Element | null, list: Element | null): Element | undefined {
  if (!scroller || !list) return undefined
  const bottom = scroller.getBoundingClientRect().bottom + 1
  const beyond = firstIndex(list.children.length, (index) => bottomOf(list.children[index]) > bottom)
  return list.children[beyond - 1]
}

function restore(scroller: Element | null, { row, offset }: Anchor) {
  if (!scroller || !row.isConnected) return
  const shift = row.getBoundingClientRect().top - scroller.getBoundingClientRect().top - offset
  if (Math.abs(shift) >= 1) scroller.scrollTop += shift
}

function bottomOf(row: Element | undefined): number {
  return row?.getBoundingClientRect().bottom ?? 0
}

/** Binary search: rows lie one below the other. */
function firstIndex(count: number, isBeyond: (index: number) => boolean): number {
  let [low, high] = [0, count]
  while (low < high) {
    const middle = (low + high) >> 1
    if (isBeyond(middle)) high = middle
    else low = middle + 1
  }
  return low
}
