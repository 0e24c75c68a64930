// What the page says when the client stays closed. Pure.
import type { ClosedReason } from '#rufer/stores/connection.ts'

export interface Closed {
  reason: ClosedReason
  code: number | undefined
  /** as the address names it */
  userId: string | undefined
  isDemo: boolean
}

export interface ClosedWords {
  title: string
  text: string
  /** another user would get in */
  isAboutUser?: true
  /** there is something to look into */
  hasDetails?: true
}

export function toClosedWords(closed: Closed): ClosedWords {
  return words[closed.reason](closed)
}

const words: Record<ClosedReason, (closed: Closed) => ClosedWords> = {
  'sign-in-required': ({ isDemo }) =>
    isDemo
      ? {
          title: 'Who are you?',
          text: 'Choose a user of the demo, or add ?userId= to the address.',
          isAboutUser: true,
        }
      : {
          title: 'Sign in needed',
          text: 'Open your sign-in link in this browser, then come back here.',
          isAboutUser: true,
        },
  'user-not-found': ({ userId }) => ({
    title: 'Unknown user',
    text: userId ? `There is no user “${userId}”.` : 'Your user is no longer registered.',
    isAboutUser: true,
  }),
  ended: () => ({
    title: 'You were signed out',
    text: 'Your session was ended. Reload the page to begin a new one.',
  }),
  'user-changed': () => ({
    title: 'Signed in as somebody else',
    text: 'Another page of this browser signed in as another user.',
  }),
  refused: ({ code }) => ({
    title: 'Protocol error',
    text: `The server ended the connection because of what this page sent${codeOf(code)}.`,
    hasDetails: true,
  }),
  'gave-up': () => ({ title: 'No connection', text: 'The server could not be reached.' }),
  client: ({ code }) => ({ title: 'Closed', text: `The chat was closed${codeOf(code)}.` }),
}

function codeOf(code: number | undefined): string {
  return code === undefined ? '' : ` (code ${code})`
}
