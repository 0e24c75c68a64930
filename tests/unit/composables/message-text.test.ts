// The text as it is sent, and the counter.
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { toCounter, toMessageText } from '#rufer/composables/message-text.ts'

it.each([
  ['  ', ''],
  ['\n \n', ''],
  ['\n\n  a  \n\n', '  a  '],
  ['a\n\nb', 'a\n\nb'],
  ['a\0b\ud800', 'ab'],
  ['👩‍👩‍👧', '👩‍👩‍👧'],
])('%j is sent as %j', (typed, sent) => {
  expect(toMessageText(typed)).toBe(sent)
})

/** Lone surrogates too. */
const anyText = fc
  .array(fc.oneof(fc.constantFrom('\n', ' ', '\0'), fc.integer({ min: 0, max: 0x10ffff })))
  .map((units) =>
    units.map((unit) => (typeof unit === 'string' ? unit : String.fromCodePoint(unit))).join(''),
  )

it('is always text that can be stored, or nothing', () => {
  fc.assert(
    fc.property(anyText, (typed) => {
      const text = toMessageText(typed)
      expect(text.isWellFormed() && !text.includes('\0')).toBe(true)
      expect(toMessageText(text)).toBe(text)
    }),
  )
})

it('counts from nine tenths on, and beyond the limit what is too much', () => {
  expect([89, 90, 100, 101, 130].map((length) => toCounter(length, 100))).toEqual([
    '',
    '90 of 100',
    '100 of 100',
    '1 character too long',
    '30 characters too long',
  ])
})
