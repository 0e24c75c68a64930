// The conversation list: its order, the rows of it that are mounted, its pages, and what is unread out of sight.
import { computed, nextTick, watch, type Ref } from 'vue'
import { useConnectionStore } from '#rufer/stores/connection.ts'
import { useConversationsStore } from '#rufer/stores/conversations.ts'
import { isNearEnd, numbersOf, shiftOfRows } from './row-window.ts'
import { useHeldOrder } from './useHeldOrder.ts'
import { useListFocus } from './useListFocus.ts'
import { useRowWindow } from './useRowWindow.ts'

type RowWindow = ReturnType<typeof useRowWindow>

/** @param scroller what scrolls, with rows of `--row` */
export function useConversationList(scroller: Ref<HTMLElement | null>) {
  const conversations = useConversationsStore()
  const wanted = computed(() => conversations.ordered.map(({ id }) => id))
  const order = useHeldOrder(scroller, wanted)
  const count = computed(() => order.value.length)
  const window = useRowWindow(scroller, count)
  const { focusedId, focusRow } = useListFocus(scroller, { order, show: window.show })
  const indexes = computed(() => new Map(order.value.map((id, index) => [id, index])))
  const indexOf = (id: string | undefined) => (id === undefined ? -1 : (indexes.value.get(id) ?? -1))
  const rows = computed(() =>
    numbersOf(window.mounted.value, indexOf(focusedId.value)).flatMap((index) => {
      const conversation = conversations.byId.get(order.value[index] ?? '')
      return conversation ? [{ index, conversation }] : []
    }),
  )
  /** The one that the Tab key stops at. */
  const stopId = computed(() => {
    const { from, to } = window.inView.value
    const open = indexOf(conversations.openId)
    return focusedId.value ?? order.value[open >= from && open < to ? open : from]
  })

  // Away from the top, rows that come or go above leave those in view where they are.
  watch(order, async (_, before) => {
    // Scrolled just now, it is not known yet: the event of it comes with the next frame.
    window.measure()
    const rowsDown = shiftOfRows(before, indexes.value, window.inView.value)
    await nextTick()
    window.shift(rowsDown)
  })
  watch(
    () => indexOf(conversations.openId) >= 0 && conversations.openId,
    (id) => {
      if (id && hasPlace(indexOf(id))) window.show(indexOf(id))
    },
    { flush: 'post' },
  )
  /** One from beyond the pages held stands last until they reach it: to go there would ask for all of them. */
  function hasPlace(index: number): boolean {
    return conversations.nextCursor === null || index < count.value - 1
  }
  /** Brings a row, and its neighbours, into view and gives it the focus. */
  function showRow(index: number) {
    window.show(index, 1)
    void focusRow(index)
  }
  usePages(window, count)
  return { order, rows, stopId, ...useUnreadOutOfSight(order, window), showRow }
}

/** The next page is asked for when the end comes near, and after a lost connection again. */
function usePages({ view }: RowWindow, count: Ref<number>) {
  const connection = useConnectionStore()
  const conversations = useConversationsStore()
  watch([view, count, () => connection.isLive], ([, , isLive], [, , wasLive]) => {
    const mayAsk = conversations.listState === 'idle' || (isLive && !wasLive)
    if (isLive && mayAsk && isNearEnd(view.value, count.value)) void conversations.loadMore()
  })
}

/** The numbers of the unread rows above and below what is in view. */
function useUnreadOutOfSight(order: Ref<string[]>, { view, inView }: RowWindow) {
  const conversations = useConversationsStore()
  const unread = computed(() => {
    if (view.value.height === 0) return []
    const ids = new Set(conversations.ordered.filter((row) => row.unreadCount > 0).map(({ id }) => id))
    return order.value.flatMap((id, index) => (ids.has(id) ? [index] : []))
  })
  return {
    above: computed(() => unread.value.filter((index) => index < inView.value.from)),
    below: computed(() => unread.value.filter((index) => index >= inView.value.to)),
  }
}
