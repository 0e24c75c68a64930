// The window of a long list: follows its scroller, and tells which rows are in view and which to mount.
import { useEventListener, useResizeObserver } from '@vueuse/core'
import { computed, shallowRef, type Ref } from 'vue'
import { rowsInView, rowsMounted, topToShow, type RowRange, type RowView } from './row-window.ts'

/** @param scroller its rows are `--row` high */
export function useRowWindow(scroller: Ref<HTMLElement | null>, count: Ref<number>) {
  const view = shallowRef<RowView>({ top: 0, height: 0, rowHeight: 1 })
  const inView = useSteadyRange(() => rowsInView(view.value, count.value))
  const mounted = useSteadyRange(() => rowsMounted(view.value, count.value))

  function measure() {
    const element = scroller.value
    // Not shown at all, as on a phone while a conversation is: the place is kept until it is.
    if (!element || element.clientHeight === 0) return
    const style = getComputedStyle(element)
    const rowHeight = Number.parseFloat(style.getPropertyValue('--row'))
    // What lies over its end hides rows: they do not count as in view there.
    const height = element.clientHeight - Number.parseFloat(style.paddingBottom)
    view.value = { top: element.scrollTop, height, rowHeight }
  }
  function scrollTo(top: number) {
    if (!scroller.value) return
    scroller.value.scrollTop = top
    measure()
  }
  function show(index: number, margin = 0) {
    scrollTo(topToShow(index, view.value, margin))
  }
  /** Moves what is in view by rows, so that it stays where it is while rows come or go above it. */
  function shift(rows: number) {
    if (rows !== 0 && view.value.top > 0) scrollTo(view.value.top + rows * view.value.rowHeight)
  }

  useEventListener(scroller, 'scroll', measure, { passive: true })
  useResizeObserver(scroller, ([entry]) => {
    const { top } = view.value
    // Some browsers forget the place of what was not shown.
    if (entry && entry.contentRect.height > 0 && scroller.value?.scrollTop === 0 && top > 0) scrollTo(top)
    else measure()
  })
  return { view, inView, mounted, measure, show, shift }
}

/** A range that changes only when its numbers do, not at every pixel. */
function useSteadyRange(range: () => RowRange) {
  const from = computed(() => range().from)
  const to = computed(() => range().to)
  return computed(() => ({ from: from.value, to: to.value }))
}
