// Read receipts: a message is read when its end was in view for a moment while somebody looked.
import { useEventListener } from '@vueuse/core'
import { onScopeDispose, watch, type Ref } from 'vue'
import { useConversationsStore } from '#rufer/stores/conversations.ts'
import { lastRowInView } from './useScroller.ts'

const SEEN_MS = 300

export interface Seeing {
  scroller: Ref<HTMLElement | null>
  list: Ref<HTMLElement | null>
  isLooking: Ref<boolean>
}

/** @returns what to call when rows changed; scrolling and looking are noticed here */
export function useReadReceipts(id: string, { scroller, list, isLooking }: Seeing) {
  const conversations = useConversationsStore()
  let timer: ReturnType<typeof setTimeout> | undefined

  function check() {
    const seq = lastSeqInView(scroller.value, list.value)
    if (timer || !isLooking.value || !isUnread(seq)) return
    timer = setTimeout(() => confirm(seq), SEEN_MS)
  }
  function confirm(seq: number) {
    timer = undefined
    const seen = Math.min(seq, lastSeqInView(scroller.value, list.value))
    if (isLooking.value && isUnread(seen)) conversations.markRead(id, seen)
    check()
  }
  function isUnread(seq: number): boolean {
    const conversation = conversations.byId.get(id)
    return conversation !== undefined && seq > conversation.seq - conversation.unreadCount
  }

  useEventListener(scroller, 'scroll', check, { passive: true })
  watch(isLooking, check)
  onScopeDispose(() => clearTimeout(timer))
  return check
}

function lastSeqInView(scroller: Element | null, list: Element | null): number {
  let row: Element | null = lastRowInView(scroller, list) ?? null
  while (row && !row.getAttribute('data-seq')) row = row.previousElementSibling
  return Number(row?.getAttribute('data-seq') ?? 0)
}
