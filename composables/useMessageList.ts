// The list of messages of one conversation: rows that never jump, history both ways, and what was seen.
import { computed, nextTick, onBeforeUnmount, onMounted, shallowRef, watch, type Ref } from 'vue'
import { useConnectionStore } from '#rufer/stores/connection.ts'
import { useConversationsStore } from '#rufer/stores/conversations.ts'
import { holds } from '#rufer/stores/message-window.ts'
import { useMessagesStore } from '#rufer/stores/messages.ts'
import { startOfDay } from './format-time.ts'
import { reuseRows, toMessageRows, type MessageRow } from './message-rows.ts'
import { useChatNow } from './useChatNow.ts'
import { useHeldRange } from './useHeldRange.ts'
import { useHistory } from './useHistory.ts'
import { useLooking } from './useLooking.ts'
import { useMessageActions } from './useMessageActions.ts'
import { useReadReceipts } from './useReadReceipts.ts'
import { useScroller } from './useScroller.ts'
import { useUnreadDivider } from './useUnreadDivider.ts'

/** Where the divider, or a place come back to, is put below the top. */
const TOP_PX = 24
/** Messages before the first unread that are loaded with it. */
const READ_ROWS = 10
/** More unread than this are opened at the first of them, which the newest page would not hold. */
const UNREAD_IN_PAGE = 40

export function useMessageList(id: string, elements: Elements) {
  const range = useHeldRange(id)
  const { hasNewer } = range
  const view = useScroller({ ...elements, hasNewer })
  const history = useHistory(id, { ...elements, isAtRest: view.isAtRest, range })
  const isLooking = useLooking(elements.scroller)
  const isWatching = computed(() => isLooking.value && view.isAtEnd.value)
  const { dividerSeq, openAtUnread, clear } = useUnreadDivider(id, isWatching)
  const checkSeen = useReadReceipts(id, { ...elements, isLooking })
  const wanted = useWantedRows(id, { dividerSeq, hasNewer })
  const rows = useSteadyRows({ elements, wanted, hasNewer, view }, () => {
    checkSeen()
    history.loadNear()
    history.trimFar()
  })
  const { open, toLatest } = useOpening(id, { elements, view, dividerSeq, rows, hasNewer })

  onMounted(() => {
    openAtUnread()
    void open()
  })
  useLeaving(id, { elements, view })
  /** Something was sent here. */
  function sent() {
    clear()
    void toLatest()
  }
  const actions = useMessageActions(rows, { list: elements.list, view })
  return { ...range, retryFailed: history.retryFailed, rows, isFar: view.isFar, toLatest, sent, actions }
}

interface Elements {
  scroller: Ref<HTMLElement | null>
  /** its one child, a row a message */
  list: Ref<HTMLElement | null>
}
type View = ReturnType<typeof useScroller>

/** The rows as the stores have them. */
function useWantedRows(
  id: string,
  { dividerSeq, hasNewer }: { dividerSeq: Ref<number | undefined>; hasNewer: Ref<boolean> },
) {
  const [conversations, messages, connection] = [
    useConversationsStore(),
    useMessagesStore(),
    useConnectionStore(),
  ]
  const now = useChatNow()
  const today = computed(() => startOfDay(new Date(now.value)))
  return computed((before: MessageRow[] = []): MessageRow[] => {
    const conversation = conversations.byId.get(id)
    if (!conversation) return []
    const rows = toMessageRows({
      conversation,
      messages: messages.windowOf(id).messages,
      // Until the page has caught up, the newer ones that the list told of are only on their way.
      unsent: hasNewer.value && connection.isLive ? [] : messages.unsentIn(id),
      viewerId: connection.userId,
      isLive: connection.isLive,
      dividerSeq: dividerSeq.value,
      now: today.value,
    })
    return reuseRows(rows, before)
  })
}

interface Steady {
  elements: Elements
  wanted: Ref<MessageRow[]>
  hasNewer: Ref<boolean>
  view: View
}

/** The rows as they are shown: away from the end, what arrives at the end waits until the list is at rest. */
function useSteadyRows({ elements, wanted, hasNewer, view }: Steady, shown: () => void) {
  const rows = shallowRef<MessageRow[]>([])
  async function show() {
    if (rows.value === wanted.value) return
    const focused = elements.list.value?.querySelector(':focus')
    await view.keepPlace(() => (rows.value = wanted.value))
    // With its row the focus would go to nowhere.
    if (focused && !focused.isConnected) elements.scroller.value?.focus({ preventScroll: true })
    shown()
  }
  watch(
    [wanted, hasNewer],
    ([next], [, hadNewer]) => {
      // Where newer ones were not held yet, what is new is a page that was asked for.
      const isArrival = !hadNewer && next[0]?.id === rows.value[0]?.id && next.length > rows.value.length
      if (view.isAtEnd.value || view.isAtRest.value || !isArrival) void show()
    },
    { immediate: true },
  )
  watch([view.isAtRest, view.isAtEnd], ([rests, isAtEnd]) => {
    if (rests || isAtEnd) void show()
  })
  return rows
}

interface Opening {
  elements: Elements
  view: View
  dividerSeq: Ref<number | undefined>
  rows: Ref<MessageRow[]>
  hasNewer: Ref<boolean>
}

function useOpening(id: string, { elements, view, dividerSeq, hasNewer }: Opening) {
  const messages = useMessagesStore()
  const conversations = useConversationsStore()

  /** To where the reader left off, to the first unread, or to the end. */
  async function open() {
    const place = dividerSeq.value === undefined ? messages.places.get(id) : undefined
    const seq = place?.seq ?? dividerSeq.value
    if (!holds(messages.windowOf(id), seq)) await messages.load(id, farSeq(seq, place !== undefined))
    await nextTick()
    const row = seq === undefined ? null : elements.list.value?.querySelector(`[data-seq="${seq}"]`)
    if (!row) return
    if (place) view.toRow(row, place.offset)
    else if (isAboveView(row, elements.scroller.value)) view.toRow(row, TOP_PX)
  }
  /** Where to begin the page, if the newest one does not hold that seq anyway. */
  function farSeq(seq: number | undefined, isPlace: boolean): number | undefined {
    const unread = conversations.byId.get(id)?.unreadCount ?? 0
    if (seq === undefined || (!isPlace && unread <= UNREAD_IN_PAGE)) return undefined
    return Math.max(0, seq - 1 - READ_ROWS)
  }
  async function toLatest() {
    // At the end already when the rows change, or they would be held where the reader was.
    if (hasNewer.value) await messages.loadLatest(id, view.toEnd)
    await nextTick()
    view.toEnd()
  }
  return { open, toLatest }
}

function useLeaving(id: string, { elements, view }: { elements: Elements; view: View }) {
  onBeforeUnmount(() => {
    const anchor = view.isAtEnd.value ? undefined : view.place()
    const seq = Number(anchor?.row.getAttribute('data-seq') ?? 0)
    const isPlace = anchor !== undefined && seq > 0 && elements.list.value !== null
    useMessagesStore().leave(id, isPlace ? { seq, offset: anchor.offset } : undefined)
  })
}

/** Everything from the row to the end does not fit into the view. */
function isAboveView(row: Element, scroller: Element | null): boolean {
  if (!scroller) return false
  return row.getBoundingClientRect().top < scroller.getBoundingClientRect().top + TOP_PX
}
