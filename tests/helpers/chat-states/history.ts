// What was said before anybody looks: days of conversations of Alice, written into the store at instants of the past.
import { v7 } from 'uuid'
import { openStore } from '#rufer/server/store/open.ts'
import type { ChatStore } from '#rufer/server/store/port.ts'

const LONG_WORD = 'Donaudampfschifffahrt'.repeat(15).slice(0, 300)
/** From being sent to being stored. */
const ON_ITS_WAY_MS = 38
const LONG_TEXT = Array.from({ length: 40 }, (_, line) => `${line + 1}. Line of the minutes`).join('\n')

/** Fills a data folder that no process uses just now. */
export async function writeHistory(dataDir: string): Promise<void> {
  const store = await openStore({ dataDir, sqliteSync: 'normal' })
  try {
    for (const [userId, displayName] of Object.entries(people))
      await store.putUser({ userId, displayName }, daysAgo(500))
    await store.openConversation(['alice', 'nina'], minutesAgo(3))
    for (const talk of talks()) await write(store, talk)
  } finally {
    await store.close()
  }
}

// --- Internal helpers ---

const people = {
  alice: 'Alice Smith',
  bob: 'Bob Johnson',
  carol: 'Carol Díaz',
  dan: 'Dan Okafor',
  erin: 'Erin O’Neill',
  farid: 'فريد حداد',
  grace: 'Graciela Fernández de la Vega y Montenegro',
  heidi: 'Heidi Brunner',
  ivan: 'Ivan Petrov',
  judy: 'Judy Chen',
  nina: 'Nina Rossi',
  olga: 'Olga Nowak',
}

interface Line {
  from: string
  text: string
  at: string
}

/** How far the other one got, and Alice; counted in lines. Unless told otherwise both read everything. */
interface Talk {
  peer: string
  lines: Line[]
  peerRead?: number
  peerDelivered?: number
  aliceRead?: number
}

function talks(): Talk[] {
  return [
    withBob(),
    { peer: 'carol', lines: planning() },
    { peer: 'dan', lines: many('dan', 120), aliceRead: 0 },
    { peer: 'erin', lines: [said('alice', 'See you at the station, platform 7', daysAgo(1, '17:40'))] },
    { peer: 'farid', lines: [said('farid', 'أراك غدًا في المكتب', daysAgo(2, '11:05'))] },
    { peer: 'grace', lines: unreadFrom('grace'), aliceRead: 0 },
    { peer: 'heidi', lines: [said('heidi', LONG_TEXT, daysAgo(4, '16:20'))] },
    { peer: 'ivan', lines: [said('alice', 'Happy new flat!', daysAgo(60, '12:00'))] },
    { peer: 'judy', lines: [said('judy', 'The photos are on their way', daysAgo(420, '12:00'))] },
  ]
}

function withBob(): Talk {
  const lines = [
    said('alice', 'Hi Bob, did you see the launch plan?', daysAgo(3, '09:12')),
    said('alice', 'I moved the review to Thursday.', daysAgo(3, '09:13')),
    said('bob', 'Yes! Looks good to me.', daysAgo(3, '09:31')),
    said(
      'bob',
      'One thing: can we ship the SQLite engine first? It needs nothing installed.',
      daysAgo(3, '09:32'),
    ),
    said('bob', 'The rest can follow.', daysAgo(3, '09:33')),
    said('alice', 'Sure.', daysAgo(3, '10:02')),
    said('bob', LONG_WORD, daysAgo(3, '10:06')),
    said('bob', 'Did the build pass?', daysAgo(1, '17:02')),
    said(
      'alice',
      'It did: https://example.com/builds/1204?tab=log, or ask ops@example.com',
      daysAgo(1, '17:04'),
    ),
    said('bob', 'شكرًا، سأراجع السجل هذا المساء وأكتب لك (build 1204).', daysAgo(1, '17:05')),
    said('bob', '🎉', minutesAgo(42)),
    said('alice', '👍🏽🚀', minutesAgo(40)),
    said('alice', 'I wrote it up:\n\n1. tag the release\n2. tell the others', minutesAgo(40)),
    said('alice', 'Then lunch?', minutesAgo(12)),
    said('alice', 'I know a place by the river.', minutesAgo(11)),
  ]
  return { peer: 'bob', lines, peerRead: 13, peerDelivered: 14 }
}

/** More than three pages. */
function planning(): Line[] {
  const texts = [
    'How far are we with the guest list?',
    'Forty said yes, six have not answered yet. I will call them tomorrow.',
    'Good. And the music?',
    'The band wants to know whether there is a piano.',
    'There is one, but it has not been tuned since spring.',
  ]
  return Array.from({ length: 160 }, (_, index) =>
    said(
      index % 5 < 2 ? 'alice' : 'carol',
      texts[index % texts.length] ?? '',
      daysAgo(7 - Math.floor(index / 25), `10:${String(index % 25).padStart(2, '0')}`),
    ),
  )
}

function many(from: string, count: number): Line[] {
  return Array.from({ length: count }, (_, index) =>
    said(from, `Reading ${index + 1}: 21.4 °C`, minutesAgo(200 - index)),
  )
}

function unreadFrom(from: string): Line[] {
  return [
    'Are you there?',
    'The courier left the parcel with the neighbours on the second floor',
    'Call me',
  ].map((text, index) => said(from, text, daysAgo(2, `20:1${index}`)))
}

function said(from: string, text: string, at: string): Line {
  return { from, text, at }
}

/** On an earlier day, at a time of day in UTC. */
function daysAgo(days: number, time = '12:00'): string {
  return `${new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10)}T${time}:00.000Z`
}

function minutesAgo(minutes: number): string {
  return new Date(Date.now() - minutes * 60_000).toISOString()
}

async function write(store: ChatStore, talk: Talk): Promise<void> {
  const { peer, lines, peerRead = lines.length, peerDelivered = peerRead, aliceRead = lines.length } = talk
  const drafts = lines.map(({ from, text, at }) => ({
    id: v7({ msecs: Date.parse(at) - ON_ITS_WAY_MS }),
    senderId: from,
    target: { userId: from === 'alice' ? peer : 'alice' },
    text,
    at,
  }))
  // In one turn, so that they are written at once and in their order.
  const [first] = await Promise.all(drafts.map((draft) => store.appendMessage(draft)))
  if (!first || !('message' in first)) throw new Error(`unable to write what ${peer} said`)
  const { conversationId } = first.message
  const at = lines.at(-1)?.at ?? minutesAgo(0)
  const moves = [
    { userId: peer, deliveredSeq: peerDelivered, readSeq: peerRead },
    { userId: 'alice', deliveredSeq: lines.length, readSeq: aliceRead },
  ]
  await Promise.all(moves.map((move) => store.moveReceipt({ ...move, conversationId, at })))
}
