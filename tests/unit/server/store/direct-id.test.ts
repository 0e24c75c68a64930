// The id of a direct conversation.
import { expect, test } from 'vitest'
import { toDirectId } from '#rufer/server/store/direct-id.ts'

test('is the same from both sides, and fixed for ever', () => {
  expect(toDirectId(['alice', 'bob'])).toBe(toDirectId(['bob', 'alice']))
  expect(toDirectId(['alice', 'bob'])).toBe('HLFUV9Hdq2DiBcD-PKL2XR')
})
