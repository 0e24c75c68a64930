// The composer: what is typed, how long it may be, and which keys send it.
import { computed, ref, type Ref } from 'vue'
import { countCodePoints } from '#rufer/shared/model/code-points.ts'
import { useConnectionStore } from '#rufer/stores/connection.ts'
import { useMessagesStore } from '#rufer/stores/messages.ts'
import { toCounter, toMessageText } from './message-text.ts'
import type { FailedText } from './useComposerFocus.ts'
import { useDraft } from './useDraft.ts'
import { useEntersSend } from './useSettings.ts'
import { useTypingSignal } from './useTypingSignal.ts'

/** Safari tells the Enter that ends a composition after the composition's end. */
const COMPOSED_MS = 50
/** What browsers give as key code of a key that belongs to an input method. */
const IME_KEY_CODE = 229

interface Field {
  /** called after something was handed over for sending */
  sent: () => void
  /** whether somebody is just about to type */
  isInUse: () => boolean
}

export function useComposer(conversationId: string, { sent, isInUse }: Field) {
  const connection = useConnectionStore()
  const messages = useMessagesStore()
  const typing = useTypingSignal(conversationId)
  const entersSend = useEntersSend()
  const text = ref('')
  const draft = useDraft(conversationId, { text, isInUse })
  const edits = useEdits(conversationId, text)
  const cleaned = computed(() => toMessageText(text.value))
  const length = computed(() => countCodePoints(cleaned.value))
  const isTooLong = computed(() => length.value > connection.textLimit)
  const counter = computed(() => toCounter(length.value, connection.textLimit))
  const isGone = useGone(conversationId)
  const canSend = computed(() => cleaned.value !== '' && !isTooLong.value && !isGone.value)
  let composedAt = -Infinity

  function submit() {
    if (!canSend.value) return
    messages.send(conversationId, cleaned.value)
    edits.sent()
    text.value = ''
    draft.keep()
    typing.sent()
    sent()
  }
  function input() {
    draft.changed()
    if (text.value !== '') return typing.typed()
    typing.stopped()
    edits.abandon()
  }
  function keydown(event: KeyboardEvent) {
    if (event.key !== 'Enter' || event.shiftKey || isComposing(event)) return
    const isChord = event.ctrlKey || event.metaKey
    if (!entersSend.value && !isChord) return
    event.preventDefault()
    submit()
  }
  function isComposing(event: KeyboardEvent): boolean {
    return event.isComposing || event.keyCode === IME_KEY_CODE || performance.now() - composedAt < COMPOSED_MS
  }
  function compositionEnded() {
    composedAt = performance.now()
  }
  function edit(row: FailedText) {
    edits.begin(row)
    draft.changed()
  }
  const state = { text, counter, isTooLong, canSend, isGone }
  return { ...state, edit, submit, input, keydown, compositionEnded, blur: typing.stopped }
}

// --- Internal helpers ---

/** Failed messages whose text is in the composer again. They stay failed until it is sent, so that nothing is lost. */
function useEdits(conversationId: string, text: Ref<string>) {
  const messages = useMessagesStore()
  const ids = new Set<string>()

  /** Puts a failed message's text before what is typed already. */
  function begin(row: FailedText) {
    if (ids.has(row.id)) return
    ids.add(row.id)
    text.value = text.value === '' ? row.text : `${row.text}\n${text.value}`
  }
  /** What was sent took their place, unless they were tried again meanwhile. */
  function sent() {
    for (const { id, state } of messages.unsentIn(conversationId))
      if (state === 'failed' && ids.has(id)) messages.remove(id)
    ids.clear()
  }
  return { begin, sent, abandon: () => ids.clear() }
}

/** Whether the server knows the conversation no longer. */
function useGone(conversationId: string) {
  const messages = useMessagesStore()
  return computed(() =>
    messages.unsentIn(conversationId).some(({ error }) => error?.code === 'conversation-not-found'),
  )
}
