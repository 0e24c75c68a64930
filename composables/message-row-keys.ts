// Keys within a row of the message list: Enter goes from the row to its actions, Left and Right go between them.

/** A listener for `keydown` of Enter, Left and Right on what holds the rows. */
export function moveInRow(event: KeyboardEvent): void {
  const { target, key } = event
  const row = target instanceof HTMLElement ? target.closest<HTMLElement>('article') : null
  if (!row || event.altKey || event.ctrlKey || event.metaKey) return
  // The row comes first: Left leads back to it.
  const stops = [row, ...row.querySelectorAll<HTMLElement>('a[href], button')]
  const at = stops.findIndex((stop) => stop === target)
  const next = nextStop(key, at)
  if (next === undefined) return
  event.preventDefault()
  stops[Math.min(next, stops.length - 1)]?.focus()
}

// --- Internal helpers ---

function nextStop(key: string, at: number): number | undefined {
  // Enter on an action is the action's own.
  if (key === 'Enter') return at === 0 ? 1 : undefined
  if (at < 1) return undefined
  return key === 'ArrowLeft' ? at - 1 : at + 1
}
