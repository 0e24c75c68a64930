// A run in which nothing went wrong, as the history of its clients and what was read back: for the checker to be tried on.
import type { Conversation } from '#rufer/shared/model/conversation.ts'
import type { Evidence, Reading } from '#rufer/tests/faults/evidence.ts'
import type { Entry, Happening } from '#rufer/tests/faults/history.ts'
import { aConversation, aMember } from '#rufer/tests/helpers/chat-fixtures.ts'
import { byDave, c3, d1, d2, d3, tellOfErasure } from './erased-story.ts'
import { byAlice, byBob, connect, by, instant, m1, m2, m3, m4, tellStory } from './sound-story.ts'

/** When everything is long over. */
const END = 100_000

/**
 * Alice and Bob talk in c1, Alice with two clients; Carol, with whom Alice has c2, left early; Dave, with whom Bob
 * has c3, is erased; Mallory is a stranger who tries what she must not.
 */
export function aSoundRun(): Evidence {
  return {
    entries: [...tellStory(), ...tellOfErasure(), ...freshClients()].toSorted(
      (one, other) => one.at - other.at,
    ),
    members: new Map([
      ['c1', ['alice', 'bob']],
      ['c2', ['alice', 'carol']],
      ['c3', ['bob', 'dave']],
    ]),
    readings: [reading('alice'), reading('bob'), reading('mallory')],
    fresh: new Map([
      ['alice', 'alice/fresh'],
      ['bob', 'bob/fresh'],
    ]),
    store: {
      conversations: [
        { id: 'c1', seq: 4, rev: 6 },
        { id: 'c2', seq: 0, rev: 0 },
        { id: 'c3', seq: 3, rev: 5 },
      ],
      messages: [m1, m2, m3, m4, d1, d2, d3],
      receipts: [byAlice, byBob, byDave],
    },
    slackMs: 500,
  }
}

// --- Internal helpers ---

const FRESH_C3: Happening = { type: 'loaded', conversation: c3(), messages: [d1, d2, d3] }

function freshClients(): Entry[] {
  return ['alice', 'bob'].flatMap((userId) => {
    const loaded = by(`${userId}/fresh`, END + 10, {
      type: 'loaded',
      conversation: standing(userId),
      messages: [m1, m2, m3, m4],
    })
    const more = userId === 'bob' ? [by('bob/fresh', END + 11, FRESH_C3)] : []
    return connect(`${userId}/fresh`, END).concat(loaded, more)
  })
}

/** c1 in the end, as its members see it. */
function standing(userId: string): Conversation {
  const { deliveredAt, readAt, deliveredSeq, readSeq } = byBob
  const own = { deliveredSeq: 4, deliveredAt: m4.createdAt, readSeq: 4, readAt: m4.createdAt }
  return aConversation({
    members: [aMember('alice', own), aMember('bob', { deliveredAt, readAt, deliveredSeq, readSeq })],
    seq: 4,
    rev: 6,
    unreadCount: userId === 'bob' ? 1 : 0,
    lastMessage: m4,
    updatedAt: m4.createdAt,
  })
}

function reading(userId: string): Reading {
  if (userId === 'mallory')
    return { userId, at: END, conversations: [], messages: new Map(), revisions: new Map(), presences: [] }
  const isBob = userId === 'bob'
  return {
    userId,
    at: END,
    conversations: isBob ? [standing(userId), c3()] : [standing(userId)],
    messages: new Map([['c1', [m1, m2, m3, m4]], ...(isBob ? [['c3', [d1, d2, d3]] as const] : [])]),
    revisions: new Map([
      ['c1', { messages: [m1, m2, m3, m4], receipts: [byAlice, byBob] }],
      ...(isBob ? [['c3', { messages: [d2, d1, d3], receipts: [byDave] }] as const] : []),
    ]),
    presences:
      userId === 'bob'
        ? [{ userId: 'alice', status: 'online', lastSeenAt: null }]
        : [
            { userId: 'bob', status: 'online', lastSeenAt: null },
            { userId: 'carol', status: 'offline', lastSeenAt: instant(0) },
          ],
  }
}
