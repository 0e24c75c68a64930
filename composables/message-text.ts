// The text of a message as it is sent: what cannot be stored, and blank lines around it, are dropped. Pure.

/** @returns an empty string when there is nothing to send */
export function toMessageText(typed: string): string {
  const storable = typed.replaceAll('\0', '').replaceAll(/\p{Surrogate}/gu, '')
  const lines = storable.split('\n')
  const from = lines.findIndex(hasInk)
  return lines.slice(from, lines.findLastIndex(hasInk) + 1).join('\n')
}

/** What the counter says near the limit and beyond it; nothing while there is room. */
export function toCounter(length: number, limit: number): string {
  if (length > limit) return `${length - limit} ${length - limit === 1 ? 'character' : 'characters'} too long`
  return length >= limit * 0.9 ? `${length} of ${limit}` : ''
}

function hasInk(line: string): boolean {
  return line.trim() !== ''
}
