// The scroller of messages: scrollTop 0 is the end, and whatever changes, the reader's place stays.
import { useEventListener, useResizeObserver } from '@vueuse/core'
import { nextTick, onScopeDispose, ref, type Ref } from 'vue'

/** A row, and where its top is below the scroller's. */
interface Anchor {
  row: Element
  offset: number
}

interface Options {
  scroller: Ref<HTMLElement | null>
  /** its one child, a row a message */
  list: Ref<HTMLElement | null>
  /** the end of the list is not the end of the conversation */
  hasNewer: Ref<boolean>
}

/** So near the end counts as being there. */
const END_PX = 48
/** So long after the last scrolling the list is at rest. */
const REST_MS = 150

export function useScroller({ scroller, list, hasNewer }: Options) {
  const isAtEnd = ref(true)
  /** more than one screen from the end */
  const isFar = ref(false)
  const isAtRest = useRest(scroller)
  const anchor = useAnchor(scroller, list)
  const below = () => -(scroller.value?.scrollTop ?? 0)

  /** Runs a change of the rows: at the end it stays at the end, elsewhere the row at the top stays where it is. */
  async function keepPlace(change: () => void) {
    // Scrolled away just now: the event of it comes with the next frame.
    if (isAtEnd.value && below() >= END_PX) measure()
    const before = isAtEnd.value ? undefined : anchor.now()
    change()
    await nextTick()
    if (before) anchor.restore(before)
    else if (isAtEnd.value) toEnd()
  }

  /** Forgets the anchor first: a resize in the same frame would pull back to it. */
  function toEnd() {
    anchor.hold(undefined)
    isAtEnd.value = true
    isFar.value = false
    if (scroller.value) scroller.value.scrollTop = 0
  }

  /** Brings a row to `offset` pixels below the top. */
  function toRow(row: Element, offset: number) {
    anchor.restore({ row, offset })
    measure()
  }

  /** Runs a change of one row, whose top stays where it is even at the end. */
  async function keepRow(row: Element, change: () => void) {
    const offset = offsetOf(row, scroller.value)
    change()
    await nextTick()
    toRow(row, offset)
  }

  function measure() {
    const now = anchor.now()
    if (now) anchor.restore(now)
    isAtEnd.value = below() < END_PX && !hasNewer.value
    isFar.value = below() > (scroller.value?.clientHeight ?? 0)
    if (isAtEnd.value) anchor.hold(undefined)
  }

  useEventListener(scroller, 'scroll', measure, { passive: true })
  useResizeObserver([scroller, list], () => {
    const held = anchor.held()
    if (held) anchor.restore(held)
    else if (isAtEnd.value) toEnd()
  })
  return { isAtEnd, isAtRest, isFar, keepPlace, keepRow, toEnd, toRow, place: anchor.now }
}

/** The row at the top, which holds the reader's place. */
function useAnchor(scroller: Ref<HTMLElement | null>, list: Ref<HTMLElement | null>) {
  let held: Anchor | undefined
  /** of the scroller, when that row was found */
  let width = 0
  const widthNow = () => scroller.value?.clientWidth ?? 0

  /** Once rows became wider, and so lower, the browser scrolls by itself: the reader is where they were before. */
  function now(): Anchor | undefined {
    return held && width !== widthNow() ? held : findAnchor(scroller.value, list.value)
  }
  function hold(anchor: Anchor | undefined) {
    held = anchor
    width = widthNow()
  }
  function restore(anchor: Anchor) {
    scrollTo(scroller.value, anchor)
    hold(anchor)
  }
  return { now, hold, restore, held: () => held }
}

/** Whether the last scrolling is a while ago. */
function useRest(scroller: Ref<HTMLElement | null>) {
  const isAtRest = ref(true)
  let timer: ReturnType<typeof setTimeout> | undefined
  function scrolled() {
    isAtRest.value = false
    clearTimeout(timer)
    timer = setTimeout(() => (isAtRest.value = true), REST_MS)
  }
  useEventListener(scroller, 'scroll', scrolled, { passive: true })
  onScopeDispose(() => clearTimeout(timer))
  return isAtRest
}

/** The first row that ends below the scroller's top. */
function findAnchor(scroller: Element | null, list: Element | null): Anchor | undefined {
  if (!scroller || !list) return undefined
  const { top } = scroller.getBoundingClientRect()
  const row = list.children[firstIndex(list.children.length, (index) => bottomOf(list.children[index]) > top)]
  return row && { row, offset: offsetOf(row, scroller) }
}

/** The last row whose bottom is in view. */
export function lastRowInView(scroller: Element | null, list: Element | null): Element | undefined {
  if (!scroller || !list) return undefined
  const bottom = scroller.getBoundingClientRect().bottom + 1
  const beyond = firstIndex(list.children.length, (index) => bottomOf(list.children[index]) > bottom)
  return list.children[beyond - 1]
}

function scrollTo(scroller: Element | null, { row, offset }: Anchor) {
  if (!scroller || !row.isConnected) return
  const shift = offsetOf(row, scroller) - offset
  if (Math.abs(shift) >= 1) scroller.scrollTop += shift
}

/** How far a row's top is below the scroller's. */
function offsetOf(row: Element, scroller: Element | null): number {
  return row.getBoundingClientRect().top - (scroller?.getBoundingClientRect().top ?? 0)
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
