// When everybody is level again, on a sound run.
import { expect, test } from 'vitest'
import { levelAfter, slowestAnswer } from '#rufer/tests/faults/load/level.ts'
import { aSoundRun } from './sound-run.ts'
import { m4 } from './sound-story.ts'
import { at, dropped, without } from './spoils.ts'

/** Before fresh clients came to be compared with. */
const aRun = () => dropped((entry) => entry.at > 90_000)(aSoundRun())

test('once everything sent before was answered and is everywhere', () => {
  const { entries, members } = aRun()
  expect(levelAfter(entries, members, 100)).toBe(0)
  // m1 is asked for at 2 s, answered 5 ms later, and told 10 ms later
  expect(levelAfter(entries, members, 2_001)).toBe(9)
  expect(levelAfter(entries, members, 6_050)).toBe(0)
})

test('never while something is missing somewhere, or nobody knows what became of it', () => {
  const { entries, members } = without('alice/laptop', 'event', m4)(aRun())
  expect(levelAfter(entries, members, 5_500)).toBeUndefined()
})

test('whatever became of a message whose sender has given up', () => {
  const ask = {
    method: 'message.send',
    id: 'once or not at all',
    conversationId: 'c1',
    text: 'hello',
  } as const
  const asked = at(5_400, 'alice/eager', { type: 'invoke', call: 97, ask })(aRun())
  expect(levelAfter(asked.entries, asked.members, 5_500)).toBeUndefined()
  const given = at(5_450, 'alice/eager', { type: 'unknown', call: 97, code: 'lost' })(asked)
  expect(levelAfter(given.entries, given.members, 5_500)).toBe(0)
})

test('not before everybody is live again', () => {
  const gone = at(5_600, 'bob/phone', { type: 'status', state: 'offline' })(aRun())
  expect(levelAfter(gone.entries, gone.members, 5_700)).toBeUndefined()
  const back = at(6_700, 'bob/phone', { type: 'status', state: 'live' })(gone)
  expect(levelAfter(back.entries, back.members, 5_700)).toBe(1_000)
})

test('not before whoever is sent away later is back', () => {
  const away = at(7_000, 'bob/phone', { type: 'closed', connectionId: 'of bob/phone', code: 1012 })(aRun())
  expect(levelAfter(away.entries, away.members, 5_700)).toBeUndefined()
  const back = at(7_300, 'bob/phone', { type: 'status', state: 'live' })(away)
  expect(levelAfter(back.entries, back.members, 5_700)).toBe(1_600)
})

test('the slowest answer is that of the message that waited longest', () => {
  expect(slowestAnswer(aRun().entries)).toBe(100)
})
