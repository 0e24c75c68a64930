// Errors of erasures: what could go wrong where a user is erased, each planted in a sound run.
import { d1, d1Told, d2, d3, returns } from './erased-story.ts'
import { byAlice, byBob, m2 } from './sound-story.ts'
import {
  at,
  bob,
  catchingUp,
  dropped,
  history,
  store,
  succeeded,
  unaware,
  type PlantedError,
} from './spoils.ts'

export const erasureErrors: PlantedError[] = [
  ['the text of who was erased in a history', 'I19', 'leaked', history('bob', () => [d1Told, d2, d3], 'c3')],
  ['such a text in catching up', 'I19', 'leaked', catchingUp('bob', () => [d2, d1Told, d3], 'c3')],
  [
    'such a text in the store',
    'I19',
    'leaked',
    store((stored) => ({ messages: stored.messages.map((one) => (one.id === d1.id ? d1Told : one)) })),
  ],
  ['such a text on a client', 'I19', 'leaked', unaware('bob/phone', 'event', d1)],
  ['a client that is not told of an erased message', 'I3', 'holes', unaware('bob/phone', 'event', d1)],
  ['a connection that is not told of one', 'I3', 'holes', unaware('bob/phone', 'wire', d1)],
  [
    'a deletion that is told with the text',
    'I19',
    'leaked',
    bob({ type: 'event', event: { event: 'message.updated', data: { message: d1Told } } }),
  ],
  ['another rev that is gone with an erasure', 'I3', 'holes', store(() => ({ receipts: [byAlice, byBob] }))],
  [
    'an emptied message of who was not erased',
    'I19',
    'lost',
    history('bob', (all) => all.with(1, { ...m2, text: '', deletedAt: m2.createdAt })),
  ],
  [
    'an erasure without an end',
    'I19',
    'other',
    dropped((entry) => entry.type === 'erasure' && entry.what === 'done'),
  ],
  [
    'an erasure that forgot a message',
    'I19',
    'other',
    at(9_031, 'dave/back end', { type: 'erasure', what: 'done', messages: 0 }),
  ],
  [
    'an erased user who stays',
    'I7',
    'leaked',
    dropped((entry) => entry.type === 'closed' && entry.device === 'dave/phone'),
  ],
  [
    'an erased user who comes again',
    'I7',
    'leaked',
    at(9_700, 'dave/laptop', { type: 'opened', connectionId: 'of dave/laptop' }),
  ],
  ['an erased id that is taken again', 'I7', 'leaked', succeeded(returns.register)],
  ['a message that an erased user sends', 'I7', 'leaked', succeeded(returns.message)],
  ['a token from before an erasure', 'I13', 'other', succeeded(returns.token)],
]
