// The relay between services, the feed and the sockets: what is told reaches a socket by the feed only, be it one's own.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '#rufer/server/clock.ts'
import { createCounters } from '#rufer/server/counters.ts'
import { createRelay } from '#rufer/server/relay.ts'
import { StoreError, type Change, type Sign } from '#rufer/server/store/port.ts'

const typing = { conversationId: 'c', userId: 'alice', recipients: ['bob'] }
const message = { conversationId: 'c', senderId: 'alice' }
const presence = { userId: 'alice', status: 'online', lastSeenAt: null } as const

test('typing is told into the feed, and to sockets when it comes back, once', async () => {
  const { relay, signs, told } = open()
  await relay.typingStarted(typing)
  await relay.typingStopped(typing)
  expect(signs.map(({ kind, processId }) => [kind, processId])).toEqual([
    ['typing.started', 'one'],
    ['typing.stopped', 'one'],
  ])
  expect(told).toEqual([])
  for (const one of signs) expect(relay.deliver(one)).toBe(false)
  expect(told).toEqual(['started', 'stopped'])
})

test('it is told before the reply, so that nothing that follows overtakes it', async () => {
  const underWay = Promise.withResolvers<number>()
  const { relay } = open(() => underWay.promise)
  let isReplied = false
  const replied = relay.typingStarted(typing).then(() => (isReplied = true))
  await nextTurn()
  expect(isReplied).toBe(false)
  underWay.resolve(2)
  await replied
})

test('a sign that cannot be told is counted, and nobody waits for it in vain', async () => {
  const { relay, counters, told } = open(() => Promise.reject(new StoreError('store-unavailable')))
  await relay.typingStarted(typing)
  await relay.typingStopped(typing)
  expect(await counters.all()).toEqual({ 'dropped:typing.started': 1, 'dropped:typing.stopped': 1 })
  expect(told).toEqual([])
})

test('a message ends the typing of its sender, on every process, before it is told', () => {
  const { relay, told } = open()
  for (const processId of ['one', 'other'])
    relay.deliver(sign({ kind: 'typing.started', ...typing, processId }))
  relay.deliver({ kind: 'message.created', message, at: systemClock.instant() } as Change)
  relay.deliver(sign({ kind: 'typing.stopped', ...typing }))
  expect(told).toEqual(['started', 'started', 'stopped', 'message ends typing', 'message.created'])
})

test('presence is told whichever process it is of; of pulses only the own ones are signs of life', () => {
  const { relay, told } = open()
  for (const processId of ['one', 'other'])
    relay.deliver(sign({ kind: 'presence.changed', presence, processId }))
  expect(told).toEqual(['online', 'online'])
  expect(relay.deliver(sign({ kind: 'pulse' }))).toBe(true)
  expect(relay.deliver(sign({ kind: 'pulse', processId: 'other' }))).toBe(false)
})

test('sessions are ended here at once, and by the sign only where another process asks', async () => {
  const { relay, signs, told } = open()
  const ended = relay.sessionsEnded({ userId: 'alice' })
  expect(told).toEqual(['sessions ended'])
  while (signs.length === 0) await nextTurn()
  const [asked] = signs
  if (asked?.kind !== 'sessions.ended') throw new Error('nobody was asked')
  relay.deliver(asked)
  expect(told).toEqual(['sessions ended'])
  relay.deliver({ ...asked, processId: 'other', requestId: 'theirs' })
  expect(told).toEqual(['sessions ended', 'sessions ended'])
  expect(signs[1]).toMatchObject({ kind: 'sessions.counted', requestId: 'theirs', count: 2 })
  relay.deliver({ ...asked, processId: 'other', kind: 'sessions.counted', count: 3 })
  expect(await ended).toBe(5)
})

// --- Internal helpers ---

/** The relay of the process `one`, next to another one; `told` is what its sockets were told. */
function open(tell = () => Promise.resolve(2)) {
  const signs: Sign[] = []
  const told: string[] = []
  const counters = createCounters()
  const relay = createRelay({
    store: {
      processId: 'one',
      tell: (one) => {
        signs.push(one)
        return tell()
      },
    },
    fanout: {
      presenceChanged: ({ status }) => void told.push(status),
      typingStarted: () => void told.push('started'),
      typingStopped: () => void told.push('stopped'),
      fanOut: ({ kind }) => (told.push(kind), 1),
    },
    endSessions: () => (told.push('sessions ended'), 2),
    messageCreated: () => void told.push('message ends typing'),
    clock: systemClock,
    counters,
    traces: { sent: () => {} },
  })
  onTestFinished(() => relay.close())
  return { relay, signs, told, counters }
}

/** A sign of the process `one`, where nothing else is said. */
function sign(parts: object) {
  return { processId: 'one', at: systemClock.instant(), ...parts } as Sign
}
