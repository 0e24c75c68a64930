// What became of messages: none lost (I1, I5), none twice (I2), none that was refused (I6).
import type { Message } from '#rufer/shared/model/message.ts'
import type { Evidence } from '#rufer/tests/faults/evidence.ts'
import { callsOf, repeated } from './calls.ts'
import { erasuresOf, type Erasures } from './erased.ts'
import type { Fault } from './fault.ts'

export function checkMessages(evidence: Evidence): Fault[] {
  const whole = [...readingPlaces(evidence), ...storePlaces(evidence)]
  const places = [...whole, ...eventPlaces(evidence)]
  const sent = acknowledged(evidence.entries)
  const erasures = erasuresOf(evidence.entries)
  return [
    ...whole.flatMap((place) => findLost(sent, place, { ...evidence, erasures })),
    ...places.flatMap(findDoubled),
    ...findUnsent(evidence, places),
  ]
}

/** How many messages were acknowledged. */
export function countAcknowledged({ entries }: Evidence): number {
  return new Set(acknowledged(entries).map(({ ask }) => ask.id)).size
}

// --- Internal helpers ---

type Known = Pick<Message, 'id' | 'conversationId' | 'senderId' | 'text'>

/** Somewhere messages are to be found. */
interface Place {
  name: string
  messages: readonly Known[]
  /** whose messages must all be there; undefined: everybody's */
  userId?: string | undefined
  /** what it means that one is missing */
  invariant: 'I1' | 'I5'
}

function readingPlaces({ readings }: Evidence): Place[] {
  return readings.flatMap(({ userId, messages, revisions }) => {
    const listed = [...messages.values()].flat()
    const synced = [...revisions.values()].flatMap((revision) => revision.messages)
    return [
      { name: `the history of ${userId}`, messages: listed, userId, invariant: 'I1' },
      { name: `the catching up of ${userId}`, messages: synced, userId, invariant: 'I1' },
    ]
  })
}

function storePlaces({ store }: Evidence): Place[] {
  return store ? [{ name: 'the store', messages: store.messages, invariant: 'I5' }] : []
}

/** What each client was told, which is all of a conversation only from where it joined. */
function eventPlaces({ entries }: Evidence): Place[] {
  const told = new Map<string, Known[]>()
  for (const entry of entries) {
    if (entry.type !== 'event' || entry.event.event !== 'message.created') continue
    const messages = told.get(entry.device) ?? []
    messages.push(entry.event.data.message)
    told.set(entry.device, messages)
  }
  return [...told].map(([name, messages]) => ({ name, messages, invariant: 'I1' }))
}

function acknowledged(entries: Evidence['entries']) {
  return callsOf(entries, ['message.send']).filter(({ outcome }) => outcome === 'ok')
}

function findLost(
  sent: ReturnType<typeof acknowledged>,
  { name, messages, userId, invariant }: Place,
  { members, erasures }: Pick<Evidence, 'members'> & { erasures: Erasures },
): Fault[] {
  const found = new Map(messages.map((message) => [message.id, message]))
  const expected = sent.filter(
    ({ ask }) => userId === undefined || members.get(ask.conversationId)?.includes(userId),
  )
  return expected.flatMap(({ ask, userId: senderId }): Fault[] => {
    const fault = { invariant, tally: 'lost', subject: ask.id } as const
    const message = found.get(ask.id)
    if (!message) return [{ ...fault, what: `message ${ask.id} of ${senderId} is not in ${name}` }]
    const isSame =
      // whether it had to be emptied is for another check
      (message.text === ask.text || (message.text === '' && erasures.has(senderId))) &&
      message.senderId === senderId &&
      message.conversationId === ask.conversationId
    return isSame
      ? []
      : [{ ...fault, what: `message ${ask.id} of ${senderId} is another message in ${name}` }]
  })
}

function findDoubled({ name, messages }: Place): Fault[] {
  return repeated(messages.map(({ id }) => id)).map((id) => ({
    invariant: 'I2',
    tally: 'doubled',
    subject: id,
    what: `message ${id} is twice in ${name}`,
  }))
}

/** Refused ones, and such as nobody sent. */
function findUnsent({ entries }: Evidence, places: Place[]): Fault[] {
  const calls = callsOf(entries, ['message.send'])
  const possible = new Set(calls.filter(({ outcome }) => outcome !== 'fail').map(({ ask }) => ask.id))
  const refused = new Set(calls.map(({ ask }) => ask.id))
  return places.flatMap(({ name, messages }) =>
    messages
      .filter(({ id }) => !possible.has(id))
      .map(({ id }) => ({
        invariant: 'I6',
        tally: 'other',
        subject: id,
        what: `message ${id} in ${name} ${refused.has(id) ? 'was refused' : 'was sent by nobody'}`,
      })),
  )
}
