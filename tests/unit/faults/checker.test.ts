// The checker, checked: a sound run passes, and of every kind of error planted in it the checker names the invariant.
import { expect, test } from 'vitest'
import { check, explain } from '#rufer/tests/faults/checker.ts'
import { invariants } from '#rufer/tests/faults/checker/fault.ts'
import { erasureErrors } from './erasure-errors.ts'
import { aSoundRun } from './sound-run.ts'
import { calls, m1, m2, m3, m4, REFUSED } from './sound-story.ts'
import {
  not,
  reading,
  history,
  catchingUp,
  conversation,
  store,
  dropped,
  at,
  mallory,
  bob,
  without,
  again,
  swapped,
  answered,
  succeeded,
  late,
  listing,
  listedBefore,
  ghost,
  typesAfterAll,
  staleClient,
  told,
  presence,
  receipt,
  type PlantedError,
} from './spoils.ts'

test('a run in which nothing went wrong passes', () => {
  const verdict = check(aSoundRun())
  expect(explain(verdict)).toEqual([])
  expect(verdict.line).toBe('acked 7 · lost 0 · doubled 0 · reordered 0 · holes 0 · unread 0 · leaked 0')
})

const errors: PlantedError[] = [
  ['a message that one member’s history lacks', 'I1', 'lost', history('bob', (all) => all.filter(not(m3)))],
  ['a message that catching up lacks', 'I1', 'lost', catchingUp('alice', (all) => all.filter(not(m1)))],
  [
    'a message with another text',
    'I1',
    'lost',
    history('bob', (all) => all.with(1, { ...m2, text: 'else' })),
  ],
  ['a message that is twice in a history', 'I2', 'doubled', history('bob', (all) => [...all, m4])],
  ['a message told twice', 'I2', 'doubled', again('alice/laptop', 'event', m2)],
  ['a message stored twice', 'I2', 'doubled', store((stored) => ({ messages: [...stored.messages, m2] }))],
  ['a change that a client was not told of', 'I3', 'holes', without('bob/phone', 'event', m3)],
  ['a change that did not come over a connection', 'I3', 'holes', without('alice/laptop', 'wire', m3)],
  ['changes told in another order', 'I3', 'reordered', swapped('alice/laptop')],
  ['a change that came twice over a connection', 'I3', 'doubled', again('alice/phone', 'wire', m3)],
  [
    'a place with two messages',
    'I3',
    'reordered',
    history('bob', (all) => all.with(0, { ...m1, id: m2.id })),
  ],
  ['a message that once was listed elsewhere', 'I3', 'reordered', listedBefore({ ...m4, seq: 9 })],
  ['a hole in what is stored', 'I3', 'holes', store(() => ({ receipts: [] }))],
  [
    'a place before an earlier message',
    'I4',
    'reordered',
    answered(calls.m3, { message: { ...m3, seq: 5 } }),
  ],
  [
    'a message that the store lacks',
    'I5',
    'lost',
    store((stored) => ({ messages: stored.messages.filter(not(m4)) })),
  ],
  [
    'a refused message',
    'I6',
    'other',
    history('bob', (all) => [...all, { ...m4, seq: 5, rev: 7, id: REFUSED }]),
  ],
  [
    'a message that nobody sent',
    'I6',
    'other',
    history('bob', (all) => [...all, { ...m4, seq: 5, id: 'made up' }]),
  ],
  ['a message told to a stranger', 'I7', 'leaked', mallory({ type: 'event', event: told(m1) })],
  ['a history shown to a stranger', 'I7', 'leaked', (sound) => reading(sound, 'bob', { userId: 'mallory' })],
  ['a stranger’s request that is answered', 'I7', 'leaked', listing],
  [
    'a stranger who sees presence',
    'I7',
    'leaked',
    mallory({ type: 'event', event: presence('alice', 'online') }),
  ],
  [
    'something told without a session',
    'I7',
    'leaked',
    bob({ type: 'wire', connectionId: 'none', event: told(m4) }),
  ],
  [
    'a marker that moves back',
    'I8',
    'other',
    bob({ type: 'event', event: receipt({ deliveredSeq: 3, readSeq: 3 }) }),
  ],
  [
    'more read than delivered',
    'I8',
    'other',
    bob({ type: 'event', event: receipt({ deliveredSeq: 4, readSeq: 5 }) }),
  ],
  [
    'more delivered than there is',
    'I8',
    'other',
    bob({ type: 'event', event: receipt({ deliveredSeq: 9, readSeq: 3 }) }),
  ],
  ['a confirmed receipt that is gone', 'I8', 'other', answered(32, { deliveredSeq: 4, readSeq: 4 })],
  ['a wrong unread count', 'I9', 'unread', conversation('bob', { unreadCount: 2 })],
  ['a list with an old last message', 'I10', 'other', conversation('bob', { lastMessage: m3 })],
  ['a list that is behind', 'I10', 'other', conversation('bob', { rev: 5 })],
  ['a ghost in the API', 'I11', 'other', ghost],
  [
    'a ghost on a client',
    'I11',
    'other',
    at(90_000, 'alice/phone', { type: 'event', event: presence('carol', 'online') }),
  ],
  [
    'somebody online who is shown as offline',
    'I11',
    'other',
    at(90_000, 'alice/phone', { type: 'event', event: presence('bob', 'offline') }),
  ],
  ['a typing sign that stays', 'I12', 'other', typesAfterAll],
  [
    'a typing sign that outlives the message',
    'I12',
    'other',
    dropped((entry) => JSON.stringify(entry).includes('typing.stopped')),
  ],
  ['a token that opened two connections', 'I13', 'other', succeeded(calls.stolenToken)],
  ['a token that nobody was given', 'I13', 'other', succeeded(calls.unsoundToken)],
  ['a client that shows something else than a fresh one', 'I14', 'other', staleClient],
  [
    'memory that is kept',
    'I15',
    'other',
    at(90_100, 'server', { type: 'memory', when: 'after', rssBytes: 130, unsentBytes: 0 }),
  ],
  [
    'too much unsent',
    'I15',
    'other',
    at(8_100, 'server', { type: 'memory', when: 'under load', rssBytes: 100, unsentBytes: 2 ** 21 }),
  ],
  [
    'a process that ended by itself',
    'I16',
    'other',
    dropped((entry) => entry.type === 'process' && entry.what === 'killed'),
  ],
  [
    'something unhandled',
    'I16',
    'other',
    at(8_000, 'server', { type: 'process', what: 'unhandled', line: 'unhandledRejection' }),
  ],
  ['nonsense without a defined answer', 'I17', 'other', answered(calls.nonsense, { code: 1006 })],
  ['nonsense answered late', 'I17', 'other', late(calls.nonsense)],
  [
    'a message that was delivered and is no more',
    'I18',
    'other',
    history('alice', (all) => all.with(2, { ...m3, deliveredAt: null })),
  ],
  ...erasureErrors,
]

test.each(errors)('%s is found', (...[, invariant, tally, spoil]) => {
  const verdict = check(spoil(aSoundRun()))
  expect(explain(verdict).filter((line) => line.startsWith(`${invariant} (`))).not.toEqual([])
  expect(verdict.faults.some((fault) => fault.invariant === invariant && fault.tally === tally)).toBe(true)
  expect(verdict.counts[tally]).toBeGreaterThan(0)
})

test('each invariant has an error that breaks it', () => {
  expect([...new Set(errors.map(([, invariant]) => invariant))].toSorted()).toEqual(
    Object.keys(invariants).toSorted(),
  )
})

test.each([
  ['who left just before their process was killed', 1_500, []],
  ['who left long before', 5_000, [expect.stringContaining('carol online, who is offline')]],
])('a ghost may be for a while %s', (_, killedAt, found) => {
  const killed = at(killedAt, 'server 1', { type: 'process', what: 'killed' })(ghost(aSoundRun()))
  const spoilt = reading(killed, 'alice', { at: 30_000 })
  expect(explain(check(spoilt)).filter((line) => line.startsWith('I11 ('))).toEqual(found)
})

test('a ghost may be for a while of a connection that vanished before the last one was closed', () => {
  const vanished = { connectionId: 'of carol/laptop' }
  const spoilt = [
    at(90, 'carol/laptop', { type: 'opened', ...vanished }),
    at(95, 'carol/laptop', { type: 'closed', ...vanished, code: 1006 }),
  ].reduce((evidence, spoil) => spoil(evidence), ghost(aSoundRun()))
  const found = (when: number) =>
    explain(check(reading(spoilt, 'alice', { at: when }))).filter((line) => line.startsWith('I11 ('))
  expect(found(30_000)).toEqual([])
  expect(found(60_000)).toEqual([expect.stringContaining('carol online, who is offline')])
})

test('an erased user may hear that they were let in after the erasure, of a connection that was begun before', () => {
  const token = { method: 'connect', token: 'another', isSound: true } as const
  const found = (begunAt: number) => {
    const spoilt = [
      at(begunAt, 'dave/laptop', { type: 'invoke', call: 96, ask: token }),
      at(9_040, 'dave/laptop', { type: 'opened', connectionId: 'of dave/laptop' }),
      at(9_041, 'dave/laptop', { type: 'ok', call: 96, answer: {} }),
      at(9_050, 'dave/laptop', { type: 'closed', connectionId: 'of dave/laptop', code: 4401 }),
    ].reduce((evidence, spoil) => spoil(evidence), aSoundRun())
    return explain(check(spoilt))
  }
  expect(found(8_990)).toEqual([])
  expect(found(9_035)).toEqual([expect.stringContaining('dave/laptop was connected, whose user was erased')])
})

test('one message lost is one, however many miss it, and the line says so', () => {
  const everywhere = [
    history('alice', (all) => all.filter(not(m3))),
    history('bob', (all) => all.filter(not(m3))),
  ]
  const spoilt = everywhere.reduce((evidence, spoil) => spoil(evidence), aSoundRun())
  expect(check(spoilt).line).toContain('acked 7 · lost 1 · doubled 0 · reordered 0 · holes 1')
})
