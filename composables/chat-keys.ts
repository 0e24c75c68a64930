// Keys of the chat, wherever on it the focus is. On a page of somebody else, what is pressed beside the chat is theirs.

/** Whether a key was pressed on the chat itself: in no dialog over it, and with no use for it yet. */
export function isOnChat({ target, defaultPrevented, isComposing }: KeyboardEvent): boolean {
  if (defaultPrevented || isComposing || !(target instanceof Element)) return false
  return target.closest('.rufer') !== null && target.closest('dialog[open]') === null
}
