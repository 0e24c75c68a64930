// Roving focus: a list is one stop of the Tab key, and the arrow keys move within it.

/** @returns a listener for `keydown` on the element that holds the items */
export function useRovingFocus(selector: string) {
  return (event: KeyboardEvent) => {
    const list = event.currentTarget
    if (!(list instanceof HTMLElement) || event.altKey || event.ctrlKey || event.metaKey) return
    const items = [...list.querySelectorAll<HTMLElement>(selector)]
    const at = items.findIndex((item) => item.contains(document.activeElement))
    const next = nextIndex(event.key, at, items.length)
    if (next === undefined) return
    event.preventDefault()
    items[next]?.focus()
    items[next]?.scrollIntoView({ block: 'nearest' })
  }
}

/** Where a key leads from the item `at`, or from none when that is -1; undefined: nowhere. */
export function nextIndex(key: string, at: number, count: number): number | undefined {
  if (count === 0) return undefined
  if (key === 'ArrowDown') return Math.min(at + 1, count - 1)
  if (key === 'ArrowUp') return at < 0 ? count - 1 : Math.max(at - 1, 0)
  // Home and End scroll, unless a row is focused.
  if (at < 0) return undefined
  if (key === 'Home') return 0
  return key === 'End' ? count - 1 : undefined
}
