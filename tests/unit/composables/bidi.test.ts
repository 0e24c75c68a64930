// Names in titles: whatever turns the direction in them ends with them.
import { expect, test } from 'vitest'
import { isolate } from '#rufer/composables/bidi.ts'

test('a name that turns nothing stays as it is', () => {
  for (const name of ['Bob Johnson', 'שלום', 'עליסה Smith']) expect(isolate(name)).toBe(name)
})

test('a name that turns the direction is held apart, and cannot end that itself', () => {
  expect(isolate('\u202Egnp.exe')).toBe('\u2068\u202Egnp.exe\u2069')
  expect(isolate('a\u2069\u202Eb')).toBe('\u2068a\u202Eb\u2069')
})
