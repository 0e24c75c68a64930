// The clipboard as messages are copied to it.
import { createSharedComposable, useClipboard } from '@vueuse/core'

/**
 * One for all conversations, as long as the chat is shown: each asks the browser for its permissions, which it keeps. Over
 * plain http there is no clipboard to write to; a text field's can still be copied.
 */
export const useCopier = createSharedComposable(() => useClipboard({ legacy: true }))
