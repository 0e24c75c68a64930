// Ways to spoil a run, each one error.
import type { Message } from '#rufer/shared/model/message.ts'
import type { Invariant, Tally } from '#rufer/tests/faults/checker/fault.ts'
import type { Evidence, Reading, Stored } from '#rufer/tests/faults/evidence.ts'
import type { Entry, Happening } from '#rufer/tests/faults/history.ts'
import { m1, m2, m3, m4 } from './sound-story.ts'

export type Spoil = (sound: Evidence) => Evidence

/** What went wrong, and what the checker is to say of it. */
export type PlantedError = [what: string, Invariant, Tally, Spoil]

export function not({ id }: Message) {
  return (message: Pick<Message, 'id'>) => message.id !== id
}

export function reading(sound: Evidence, userId: string, changes: Partial<Reading>): Evidence {
  const readings = sound.readings.map((one) => (one.userId === userId ? Object.assign(one, changes) : one))
  return { ...sound, readings }
}

type Change = (all: readonly Message[]) => readonly Message[]

export function history(userId: string, change: Change, conversationId = 'c1'): Spoil {
  return (sound) => {
    const all = sound.readings.find((one) => one.userId === userId)?.messages ?? new Map()
    const messages = new Map([...all, [conversationId, change(all.get(conversationId) ?? [])]])
    return reading(sound, userId, { messages })
  }
}

export function catchingUp(userId: string, change: Change, conversationId = 'c1'): Spoil {
  return (sound) => {
    const all = sound.readings.find((one) => one.userId === userId)?.revisions ?? new Map()
    const { messages = [], receipts = [] } = all.get(conversationId) ?? {}
    const revisions = new Map([...all, [conversationId, { messages: change(messages), receipts }]])
    return reading(sound, userId, { revisions })
  }
}

export function conversation(userId: string, changes: object): Spoil {
  return (sound) => {
    const [first] = sound.readings.find((one) => one.userId === userId)?.conversations ?? []
    return reading(sound, userId, { conversations: first ? [{ ...first, ...changes }] : [] })
  }
}

export function store(change: (stored: Stored) => Partial<Stored>): Spoil {
  return (sound) => (sound.store ? { ...sound, store: { ...sound.store, ...change(sound.store) } } : sound)
}

export function dropped(fits: (entry: Entry) => boolean): Spoil {
  return (sound) => ({ ...sound, entries: sound.entries.filter((entry) => !fits(entry)) })
}

export function at(when: number, device: string, happening: Happening): Spoil {
  const entry = { at: when, device, userId: device.split('/')[0] ?? '', ...happening }
  return (sound) => ({ ...sound, entries: [...sound.entries, entry].toSorted((a, b) => a.at - b.at) })
}

export const mallory = (happening: Happening) => at(8_000, 'mallory/phone', happening)
export const bob = (happening: Happening) => at(8_000, 'bob/phone', happening)

interface Telling {
  device: string
  type: 'event' | 'wire'
  id: string
  name?: 'message.created' | 'message.updated'
}

function tells(entry: Entry, { device, type, id, name = 'message.created' }: Telling) {
  if (entry.device !== device || entry.type !== type || entry.event.event !== name) return false
  return entry.event.data.message.id === id
}

export function without(device: string, type: 'event' | 'wire', { id }: Message): Spoil {
  return dropped((entry) => tells(entry, { device, type, id }))
}

/** The client was not told that it was emptied. */
export function unaware(device: string, type: 'event' | 'wire', { id }: Message): Spoil {
  return dropped((entry) => tells(entry, { device, type, id, name: 'message.updated' }))
}

export function again(device: string, type: 'event' | 'wire', { id }: Message): Spoil {
  return (sound) => ({
    ...sound,
    entries: sound.entries.flatMap((entry) =>
      tells(entry, { device, type, id }) ? [entry, entry] : [entry],
    ),
  })
}

/** The client was told of m3 and m4 the other way round. */
export function swapped(device: string): Spoil {
  return (sound) => {
    const [one, other] = [m3, m4].map(({ id }) =>
      sound.entries.findIndex((entry) => tells(entry, { device, type: 'event', id })),
    )
    const [first, second] = [sound.entries[one ?? 0], sound.entries[other ?? 0]]
    if (!first || !second) return sound
    return { ...sound, entries: sound.entries.with(one ?? 0, second).with(other ?? 0, first) }
  }
}

export function answered(call: number, answer: object): Spoil {
  return (sound) => ({
    ...sound,
    entries: sound.entries.map((entry) =>
      entry.type === 'ok' && entry.call === call ? { ...entry, answer } : entry,
    ),
  })
}

export function succeeded(call: number): Spoil {
  return (sound) => ({
    ...sound,
    entries: sound.entries.map((entry) =>
      entry.type === 'fail' && entry.call === call
        ? { at: entry.at, device: entry.device, userId: entry.userId, type: 'ok', call, answer: {} }
        : entry,
    ),
  })
}

export function late(call: number): Spoil {
  return (sound) => ({
    ...sound,
    entries: sound.entries.map((entry) =>
      entry.type === 'ok' && entry.call === call ? { ...entry, at: entry.at + 5_000 } : entry,
    ),
  })
}

export function listing(sound: Evidence): Evidence {
  const ask = { method: 'message.list', conversationId: 'c1' } as const
  const asked = mallory({ type: 'invoke', call: 99, ask })(sound)
  return mallory({ type: 'ok', call: 99, answer: {} })(asked)
}

/** A list showed it like this. */
export function listedBefore(message: Message): Spoil {
  const ask = { method: 'message.list', conversationId: 'c1' } as const
  const asked = at(5_900, 'bob/phone', { type: 'invoke', call: 98, ask })
  const isListed = at(5_910, 'bob/phone', { type: 'ok', call: 98, answer: { messages: [message] } })
  return (sound) => isListed(asked(sound))
}

export function ghost(sound: Evidence): Evidence {
  const presences = [{ userId: 'carol', status: 'online', lastSeenAt: null } as const]
  return reading(sound, 'alice', { presences })
}

export function typesAfterAll(sound: Evidence): Evidence {
  const event = { event: 'typing.started', data: { conversationId: 'c1', userId: 'bob' } } as const
  const begun = at(20_000, 'alice/phone', { type: 'wire', connectionId: 'of alice/phone', event })(sound)
  return at(30_000, 'alice/phone', { type: 'event', event: presence('bob', 'online') })(begun)
}

/** It shows a message as not read that was. */
export function staleClient(sound: Evidence): Evidence {
  return {
    ...sound,
    entries: sound.entries.map((entry) =>
      isFreshOfAlice(entry)
        ? Object.assign(entry, { messages: [m1, m2, m3, { ...m4, readAt: m4.createdAt }] })
        : entry,
    ),
  }
}

export function told(message: Message) {
  return { event: 'message.created', data: { message } } as const
}

export function presence(userId: string, status: 'online' | 'offline') {
  return { event: 'presence.changed', data: { presence: { userId, status, lastSeenAt: null } } } as const
}

export function receipt(moves: { deliveredSeq: number; readSeq: number }) {
  const instants = { deliveredAt: m4.createdAt, readAt: m4.createdAt }
  const moved = { conversationId: 'c1', userId: 'bob', rev: 7, ...instants, ...moves }
  return { event: 'receipt.updated', data: { receipt: moved } } as const
}

function isFreshOfAlice(entry: Entry) {
  return entry.device === 'alice/fresh' && entry.type === 'loaded'
}
