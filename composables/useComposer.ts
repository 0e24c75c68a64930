// The composer: what is typed, how long it may be, and which keys send it.
import { useMediaQuery } from '@vueuse/core'
import { computed, ref } from 'vue'
import { countCodePoints } from '#rufer/shared/model/code-points.ts'
import { useConnectionStore } from '#rufer/stores/connection.ts'
import { useMessagesStore } from '#rufer/stores/messages.ts'
import { toCounter, toMessageText } from './message-text.ts'
import { useTypingSignal } from './useTypingSignal.ts'

/** Safari tells the Enter that ends a composition after the composition's end. */
const COMPOSED_MS = 50
/** What browsers give as key code of a key that belongs to an input method. */
const IME_KEY_CODE = 229

/** @param sent called after something was handed over for sending */
export function useComposer(conversationId: string, sent: () => void) {
  const connection = useConnectionStore()
  const messages = useMessagesStore()
  const typing = useTypingSignal(conversationId)
  const isCoarse = useMediaQuery('(pointer: coarse)')
  const text = ref('')
  const cleaned = computed(() => toMessageText(text.value))
  const length = computed(() => countCodePoints(cleaned.value))
  const isTooLong = computed(() => length.value > connection.textLimit)
  const counter = computed(() => toCounter(length.value, connection.textLimit))
  const canSend = computed(() => cleaned.value !== '' && !isTooLong.value)
  let composedAt = 0

  function submit() {
    if (!canSend.value) return
    messages.send(conversationId, cleaned.value)
    text.value = ''
    typing.sent()
    sent()
  }
  function input() {
    if (text.value === '') typing.stopped()
    else typing.typed()
  }
  function keydown(event: KeyboardEvent) {
    if (event.key !== 'Enter' || event.shiftKey || isComposing(event)) return
    const isChord = event.ctrlKey || event.metaKey
    if (isCoarse.value && !isChord) return
    event.preventDefault()
    submit()
  }
  function isComposing(event: KeyboardEvent): boolean {
    return event.isComposing || event.keyCode === IME_KEY_CODE || Date.now() - composedAt < COMPOSED_MS
  }
  function compositionEnded() {
    composedAt = Date.now()
  }
  return { text, counter, isTooLong, canSend, submit, input, keydown, compositionEnded, blur: typing.stopped }
}
