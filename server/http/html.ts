// Text in HTML.

/** Text as HTML that shows it, and does nothing else. */
export function toHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`)
}
