// The colours of the chat can be read: each pair that stands upon one another has its contrast, light and dark.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

/** WCAG 2.2: 4.5 for text, 3 for what else has to be seen. */
const TEXT = 4.5
const SHAPE = 3

const colours = readColours()

it.each([
  ['text', ['bg', 'surface', 'hover', 'selected', 'other'], TEXT],
  ['muted', ['bg', 'surface', 'hover', 'selected', 'other'], TEXT],
  ['accent', ['bg', 'surface', 'hover', 'selected', 'own'], TEXT],
  ['on-accent', ['accent'], TEXT],
  ['on-own', ['own'], TEXT],
  ['own-muted', ['own'], TEXT],
  ['own-link', ['own'], TEXT],
  ['danger', ['bg', 'surface', 'selected', 'danger-bg', 'own'], TEXT],
  ['on-warn', ['warn-bg'], TEXT],
  ['online', ['bg', 'surface', 'selected'], SHAPE],
  ['control', ['bg', 'surface'], SHAPE],
] as const)('%s can be read on %j', (name, grounds, least) => {
  for (const ground of grounds)
    for (const scheme of [0, 1]) {
      const ratio = contrast(colourOf(name, scheme), colourOf(ground, scheme))
      expect({ name, ground, scheme, isEnough: ratio >= least }).toEqual({
        name,
        ground,
        scheme,
        isEnough: true,
      })
    }
})

function readColours(): Map<string, string[]> {
  const css = readFileSync(join(import.meta.dirname, '../../assets/tokens.css'), 'utf8')
  const pairs = css.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)
  return new Map([...pairs].map(([, name = '', light = '', dark = '']) => [name, [light, dark]]))
}

function colourOf(name: string, scheme: number): string {
  const colour = colours.get(name)?.[scheme]
  if (colour === undefined) throw new Error(`unable to find colour; there is no ${name}`)
  return colour
}

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].toSorted((one, other) => one - other)
  return (high + 0.05) / (low + 0.05)
}

/** As WCAG defines it. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
