// What is told of a message beside its conversation.
import { expect, it } from 'vitest'
import { shortened, toShortText } from '#rufer/composables/shown-text.ts'
import { aMessage } from '../../helpers/chat-fixtures.ts'

it('is its text, or that it was deleted', () => {
  expect(toShortText(aMessage({ text: 'Hello' }))).toBe('Hello')
  expect(toShortText(aMessage({ text: '', deletedAt: '2026-01-01T12:00:00.000Z' }))).toBe('Message deleted')
})

it('is cut after 200 characters, and never within one', () => {
  expect(shortened('🎉'.repeat(200))).toBe('🎉'.repeat(200))
  expect(shortened('🎉'.repeat(300))).toBe('🎉'.repeat(200))
  expect(shortened(`x${'🎉'.repeat(300)}`)).toBe(`x${'🎉'.repeat(199)}`)
})
