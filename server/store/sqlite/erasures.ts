// Erasures: all that a user wrote is emptied bit by bit, each bit with the place where the next one goes on.
import type { Instant } from '#rufer/shared/model/instant.ts'
import { ERASED_NAME, scrub, type Erased } from '../erased.ts'
import { takePage } from '../page.ts'
import { appendChange } from './changes.ts'
import { announce, getConversations } from './conversations.ts'
import type { Database } from './database.ts'
import { listMemberships } from './memberships.ts'
import { getMessage } from './messages.ts'
import { findPlace, takePlace, type Place } from './places.ts'
import { voidSecrets } from './secrets.ts'

/** What is gone through, one after the other. */
type Stage = 'messages' | 'changes' | 'outbox' | 'file' | 'done'

/** How far an erasure has come. */
export interface Progress {
  stage: Stage
  after: string
  seq: number
  messages: number
}

/** Tells whether there is such a user, or was one. */
export function beginErasure(database: Database, userId: string, at: Instant): boolean {
  const isTaken = database.run(
    `UPDATE users SET display_name = :name, avatar_url = NULL, erased_at = :at
     WHERE user_id = :userId AND erased_at IS NULL`,
    { userId, at, name: ERASED_NAME },
  )
  if (isTaken === 0) return find(database, userId) !== undefined
  voidSecrets(database, { userId })
  keep(database, userId, { stage: 'messages', after: '', seq: 0, messages: 0 })
  return true
}

/** Goes on a little; tells how far that is. */
export function eraseSome(database: Database, userId: string, at: Instant): Progress {
  const found = find(database, userId)
  if (!found) throw new Error('unable to erase user; it has not begun')
  const progress = stages[found.progress.stage](database, found, at)
  keep(database, userId, progress)
  return progress
}

/** Once nothing is left in the file either. */
export function endErasure(database: Database, userId: string): void {
  database.run(`UPDATE erasures SET stage = 'done' WHERE user_id = :userId AND stage = 'file'`, { userId })
}

export function listErasures(database: Database): string[] {
  return database
    .all(`SELECT user_id AS userId FROM erasures WHERE stage <> 'done'`)
    .map((row) => row.text('userId'))
}

// --- helpers ---

/** So many messages are emptied in one write, out of so many that are looked at. */
const EMPTIED_AT_ONCE = 25
const LOOKED_AT_AT_ONCE = 1_000
/** So many changes or events are looked at in one write, each of which is parsed. */
const TOLD_AT_ONCE = { limit: 100, maxBytes: 131_072 }

interface Found {
  erased: Erased
  progress: Progress
}

type Step = (database: Database, found: Found, at: Instant) => Progress

const stages: Record<Stage, Step> = {
  messages: emptyMessages,
  changes: (database, found) => scrubTold(database, found, { table: 'changes', next: 'outbox' }),
  outbox: (database, found) => scrubTold(database, found, { table: 'outbox', next: 'file' }),
  file: stay,
  done: stay,
}

function stay(_: Database, { progress }: Found) {
  return progress
}

function toStage(text: string): Stage {
  if (isStage(text)) return text
  throw new Error(`unable to go on with an erasure; its stage ${text} is unknown`)
}

function isStage(text: string): text is Stage {
  return Object.hasOwn(stages, text)
}

function find(database: Database, userId: string): Found | undefined {
  const row = database.get(
    `SELECT stage, after, seq, messages, erased_at AS at FROM erasures JOIN users USING (user_id)
     WHERE user_id = :userId`,
    { userId },
  )
  return (
    row && {
      erased: { userId, at: row.text('at') },
      progress: {
        stage: toStage(row.text('stage')),
        after: row.text('after'),
        seq: row.number('seq'),
        messages: row.number('messages'),
      },
    }
  )
}

function keep(database: Database, userId: string, progress: Progress) {
  database.run(
    `INSERT INTO erasures (user_id, stage, after, seq, messages) VALUES (:userId, :stage, :after, :seq, :messages)
     ON CONFLICT DO UPDATE SET stage = excluded.stage, after = excluded.after, seq = excluded.seq, messages = excluded.messages`,
    { userId, ...progress },
  )
}

/** Some of the messages of the conversation behind the last one that is done; before its first ones it tells of the user. */
function emptyMessages(database: Database, { erased, progress }: Found, at: Instant): Progress {
  const { userId } = erased
  const { ids } = listMemberships(database, { userId, afterId: progress.after, limit: 1 })
  const [conversationId] = ids
  if (conversationId === undefined) return { ...progress, stage: 'changes', after: '0', seq: 0 }
  if (progress.seq === 0) announce(database, [conversationId], at)
  const last = findPlace(database, conversationId)
  const through = progress.seq + LOOKED_AT_AT_ONCE
  const own = listOwn(database, { conversationId, userId, afterSeq: progress.seq, through })
  empty(database, own, { conversationId, last, at })
  const messages = progress.messages + own.length
  const seq = own.length === EMPTIED_AT_ONCE ? (own.at(-1)?.seq ?? through) : through
  if (seq < last.seq) return { ...progress, seq, messages }
  return { ...progress, after: conversationId, seq: 0, messages }
}

interface Own {
  id: string
  seq: number
}

function listOwn(
  database: Database,
  within: { conversationId: string; userId: string; afterSeq: number; through: number },
): Own[] {
  return database
    .all(
      `SELECT id, seq FROM messages WHERE conversation_id = :conversationId AND seq > :afterSeq AND seq <= :through
         AND sender_id = :userId AND deleted_at IS NULL ORDER BY seq LIMIT :most`,
      { ...within, most: EMPTIED_AT_ONCE },
    )
    .map((row) => ({ id: row.text('id'), seq: row.number('seq') }))
}

function empty(
  database: Database,
  messages: Own[],
  { conversationId, last, at }: { conversationId: string; last: Place; at: Instant },
) {
  const [conversation] = getConversations(database, [conversationId])
  const recipients = conversation?.members.map((member) => member.userId) ?? []
  let place: Place = last
  for (const { id } of messages) {
    place = takePlace(database, place, { conversationId, isMessage: false, at })
    database.run(
      `UPDATE messages SET text = '', deleted_at = :at, updated_rev = :rev, updated_seq = :seq WHERE id = :id`,
      { id, ...place },
    )
    const message = getMessage(database, id)
    if (!message) throw new Error('unable to empty message; it cannot be read back')
    appendChange(database, { kind: 'message.updated', conversationId, recipients, at: place.at, message })
  }
}

/** Some of what was told or still is to be, in the order of their ids. */
function scrubTold(
  database: Database,
  { erased, progress }: Found,
  { table, next }: { table: 'changes' | 'outbox'; next: Stage },
): Progress {
  const rows = database
    .each(`SELECT id, payload AS text FROM ${table} WHERE id > :after ORDER BY id LIMIT :rows`, {
      after: Number(progress.after),
      rows: TOLD_AT_ONCE.limit + 1,
    })
    .map((row) => ({ id: row.number('id'), text: row.text('text') }))
  const { items, hasMore } = takePage(rows, TOLD_AT_ONCE)
  for (const { id, text } of items) {
    const scrubbed = scrub(JSON.parse(text), erased)
    const payload = scrubbed && JSON.stringify(scrubbed)
    if (payload !== undefined)
      database.run(`UPDATE ${table} SET payload = :payload WHERE id = :id`, { id, payload })
  }
  if (hasMore) return { ...progress, after: String(items.at(-1)?.id ?? progress.after) }
  return { ...progress, stage: next, after: '0' }
}
