// Initials and the hue behind them. Pure.

const characters = new Intl.Segmenter()

/** "Bob Johnson" → "BJ"; whole characters, whatever the script. */
export function toInitials(name: string): string {
  const words = name.trim().split(/\s+/)
  const chosen = words.length > 1 ? [words[0], words.at(-1)] : words
  return chosen
    .map((word) => firstCharacter(word ?? ''))
    .join('')
    .toLocaleUpperCase()
}

/** Degrees; the same for the same user everywhere. */
export function toHue(userId: string): number {
  let hash = 0
  for (const character of userId) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 3600
  return (hash * 47) % 360
}

function firstCharacter(word: string): string {
  const [first] = characters.segment(word)
  return first?.segment ?? ''
}
