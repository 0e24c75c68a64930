// Who gets what: nothing reaches who is no member or has no session (I7), and a token opens one connection (I13).
import type { ChatEvent } from '#rufer/shared/protocol/events.ts'
import type { Evidence } from '#rufer/tests/faults/evidence.ts'
import type { Entry } from '#rufer/tests/faults/history.ts'
import { callsOf, groupBy } from './calls.ts'
import type { Fault } from './fault.ts'

export function checkAccess(evidence: Evidence): Fault[] {
  return [
    ...evidence.entries.flatMap((entry) => checkEntry(entry, evidence)),
    ...checkAnswers(evidence),
    ...checkReadings(evidence),
    ...checkSessions(evidence),
    ...checkTokens(evidence),
  ]
}

// --- Internal helpers ---

type Members = Evidence['members']

function checkEntry(entry: Entry, { members }: Evidence): Fault[] {
  const { device, userId } = entry
  if (entry.type === 'loaded') return leak(members, { userId, device, place: entry.conversation.id })
  if (entry.type !== 'event' && entry.type !== 'wire') return []
  const { event } = entry
  if (event.event === 'presence.changed')
    return isPeer(members, userId, event.data.presence.userId)
      ? []
      : [leaked(`${event.data.presence.userId} ${device}`, `${device} was told where a stranger is`)]
  const place = placeOf(event)
  return place === undefined ? [] : leak(members, { userId, device, place })
}

function placeOf({ data }: ChatEvent): string | undefined {
  if ('message' in data) return data.message.conversationId
  if ('receipt' in data) return data.receipt.conversationId
  if ('conversation' in data) return data.conversation.id
  return 'conversationId' in data ? data.conversationId : undefined
}

/** Whatever was asked for in a conversation that is not one's own must have been refused. */
function checkAnswers({ entries, members }: Evidence): Fault[] {
  const asked = callsOf(entries, [
    'message.send',
    'receipt.update',
    'typing.start',
    'typing.stop',
    'message.list',
    'conversation.get',
  ])
  return asked
    .filter(({ outcome }) => outcome === 'ok')
    .flatMap(({ ask, userId, device }) => leak(members, { userId, device, place: ask.conversationId }))
}

function checkReadings({ readings, members }: Evidence): Fault[] {
  return readings.flatMap(({ userId, conversations, messages, revisions, presences }) => {
    const device = `the reading of ${userId}`
    const places = [...conversations.map(({ id }) => id), ...messages.keys(), ...revisions.keys()]
    return [
      ...places.flatMap((place) => leak(members, { userId, device, place })),
      ...presences
        .filter((presence) => !isPeer(members, userId, presence.userId))
        .map((presence) => leaked(`${presence.userId} ${userId}`, `${device} tells where a stranger is`)),
    ]
  })
}

/** Nothing comes over a connection that is not open. */
function checkSessions({ entries }: Evidence): Fault[] {
  const open = new Set<string>()
  return entries.flatMap((entry) => {
    if (entry.type === 'opened') open.add(entry.connectionId)
    if (entry.type === 'closed') open.delete(entry.connectionId)
    if (entry.type !== 'wire' || open.has(entry.connectionId)) return []
    return [leaked(entry.connectionId, `${entry.device} was told of ${entry.event.event} without a session`)]
  })
}

function checkTokens({ entries }: Evidence): Fault[] {
  const connects = callsOf(entries, ['connect']).filter(({ outcome }) => outcome === 'ok')
  return [...groupBy(connects, ({ ask }) => ask.token)].flatMap(([token, opened]): Fault[] => {
    const isSound = opened.every(({ ask }) => ask.isSound)
    if (opened.length === 1 && isSound) return []
    const what = isSound ? `${opened.length} connections` : 'a connection, which it must not'
    const devices = opened.map(({ device }) => device).join(', ')
    return [
      { invariant: 'I13', tally: 'other', subject: token, what: `a token of ${devices} opened ${what}` },
    ]
  })
}

function leak(
  members: Members,
  { userId, device, place }: { userId: string; device: string; place: string },
): Fault[] {
  if (members.get(place)?.includes(userId)) return []
  return [
    leaked(`${place} ${userId}`, `${device} got something of ${place}, of which ${userId} is no member`),
  ]
}

function leaked(subject: string, what: string): Fault {
  return { invariant: 'I7', tally: 'leaked', subject, what }
}

function isPeer(members: Members, userId: string, other: string): boolean {
  return [...members.values()].some((ids) => ids.includes(userId) && ids.includes(other))
}
