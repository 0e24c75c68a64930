// The shape of a bubble's text: what is large, and what is folded.
import { describe, expect, it } from 'vitest'
import { isFewEmoji, isLong } from '#rufer/composables/message-shape.ts'

describe('a few emoji', () => {
  it.each(['👋', '👋🏽', '👩‍👩‍👧', '🇩🇪', '1️⃣', '❤️🎉👍', ' 🎉 '])('are %j', (text) => {
    expect(isFewEmoji(text)).toBe(true)
  })
  it.each(['', 'a', '1', '👋 hi', '🎉🎉🎉🎉', '🎉 🎉', '#'])('are not %j', (text) => {
    expect(isFewEmoji(text)).toBe(false)
  })
})

describe('a long text', () => {
  it.each([
    ['20 lines', lines(20), false],
    ['21 lines', lines(21), true],
    ['2,000 characters', 'a'.repeat(2_000), false],
    ['2,001 characters', 'a'.repeat(2_001), true],
    ['2,000 emoji', '🎉'.repeat(2_000), false],
    ['2,001 emoji', '🎉'.repeat(2_001), true],
  ])('of %s', (_, text, expected) => {
    expect(isLong(text)).toBe(expected)
  })
})

function lines(count: number): string {
  return Array.from({ length: count }, (_, index) => `line ${index + 1}`).join('\n')
}
