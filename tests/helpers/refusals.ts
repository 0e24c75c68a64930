// What refusals look like, word for word, and the values that tempt a server to accept them.
import { expect } from 'vitest'
import type { FrameError } from '#rufer/shared/protocol/frame.ts'
import { methods, type Method } from '#rufer/shared/protocol/methods.ts'

/** `invalid-params` that names what is wrong, to be compared with the error of a reply. */
export function invalid(method: Method): FrameError {
  return {
    code: 'invalid-params',
    message: expect.stringMatching(new RegExp(`^unable to ${methods[method].operation}; .`)),
    retryable: false,
    issues: expect.arrayContaining([{ path: expect.any(String), message: expect.stringMatching(/./) }]),
  }
}

/** What one gets for a conversation that does not exist, and a stranger for one that does. */
export function notFound(method: Method): FrameError {
  return {
    code: 'conversation-not-found',
    message: `unable to ${methods[method].operation}; no such conversation, or not a member of it`,
    retryable: false,
  }
}

/** What one gets for a user nobody registered. */
export function unknownUser(method: Method): FrameError {
  return {
    code: 'user-not-found',
    message: `unable to ${methods[method].operation}; no such user is registered`,
    retryable: false,
  }
}

/** Ids that look like the conversation, or like trouble, and are none. */
export function missingIds(conversationId: string): string[] {
  return [
    '',
    'no-such-conversation',
    `${conversationId}\u0000`,
    ` ${conversationId}`,
    conversationId.slice(0, -1),
    '\ud800',
    '__proto__',
    '%',
    "' OR 1=1 --",
    'x'.repeat(10_000),
  ]
}

/** Values in place of a string: the field's name and what it holds. */
export function noStrings(...fields: string[]): [string, object][] {
  return fields.flatMap((field) =>
    NO_STRINGS.map(([what, value]): [string, object] => [`${what} as ${field}`, { [field]: value }]),
  )
}

/** A field that JSON can carry and an object literal cannot. */
export const PROTO = { ['__proto__']: { conversationId: 'x' } }

// --- Internal helpers ---

const NO_STRINGS: [string, unknown][] = [
  ['nothing', undefined],
  ['null', null],
  ['a number', 7],
  ['an operator object', { $ne: null }],
  ['a list', ['a']],
]
