// Fills the file of the embedded engine straight, while no server has it: a million messages take seconds that way.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TEXT } from '#rufer/bench/load/pair.ts'
import { toDirectId } from '#rufer/server/store/direct-id.ts'
import type { Database } from '#rufer/server/store/sqlite/database.ts'
import { DATABASE } from '#rufer/server/store/sqlite/files.ts'
import { openData } from '#rufer/server/store/sqlite/open.ts'

/** A data folder that goes with what it is kept by. */
export function makeDataDir(kept: AsyncDisposableStack): string {
  const folder = mkdtempSync(join(tmpdir(), 'rufer-bench-'))
  kept.defer(() => rmSync(folder, { recursive: true }))
  return folder
}

/** Whose conversations are filled. */
export const READER = 'reader'

/**
 * A conversation of the reader with one other. They write ten messages in turn, and read what the other one wrote.
 *
 * @returns its id, and its rev
 */
export function fillHistory(dataDir: string, messages: number): { conversationId: string; rev: number } {
  const conversationId = toDirectId([READER, OTHER])
  const turns = Math.floor(messages / IN_TURN)
  const rev = messages + turns
  fill(dataDir, (database) => {
    for (const userId of [READER, OTHER]) putUser(database, userId)
    const [last, before] = Math.ceil(messages / IN_TURN) % 2 === 1 ? [READER, OTHER] : [OTHER, READER]
    putConversation(database, { conversationId, seq: messages, rev, at: instantOf(messages) })
    putMember(database, { conversationId, userId: last, seq: messages, at: instantOf(messages) })
    putMember(database, { conversationId, userId: before, seq: turns * IN_TURN, at: instantOf(messages) })
    database.run(MESSAGES, { conversationId, count: messages, one: READER, other: OTHER, text: TEXT })
    if (turns > 0) database.run(RECEIPTS, { conversationId, count: turns, one: READER, other: OTHER })
  })
  return { conversationId, rev }
}

/** So many conversations of the reader, each with one message, which waits to be read. */
export function fillConversations(dataDir: string, count: number): void {
  fill(dataDir, (database) => {
    putUser(database, READER)
    for (let place = 1; place <= count; place++) {
      const peer = `peer-${place}`
      const conversationId = toDirectId([READER, peer])
      const at = instantOf(place)
      putUser(database, peer)
      putConversation(database, { conversationId, seq: 1, rev: 1, at })
      putMember(database, { conversationId, userId: READER, seq: 0, at })
      putMember(database, { conversationId, userId: peer, seq: 1, at })
      database.run(MESSAGE, { conversationId, place, peer, at, text: TEXT })
    }
  })
}

// --- Internal helpers ---

const OTHER = 'other'
/** So many messages, and then a receipt for them. */
const IN_TURN = 10

/** Every message half a minute after the one before. */
const BEGIN_S = Date.UTC(2025, 0, 1) / 1000
const SPACE_S = 30

function instantOf(place: number) {
  return new Date((BEGIN_S + place * SPACE_S) * 1000).toISOString()
}

const toInstant = (place: string) =>
  `strftime('%Y-%m-%dT%H:%M:%fZ', ${BEGIN_S} + (${place}) * ${SPACE_S}, 'unixepoch')`

/** They sort by time, as clients make them. */
const toId = (place: string) =>
  `printf('%08x-%04x-7000-8000-%012x', ${place} / 65536, ${place} % 65536, ${place})`

const UP_TO_COUNT =
  'WITH RECURSIVE places (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM places WHERE n < :count)'

const INTO_MESSAGES =
  'INSERT INTO messages (conversation_id, seq, rev, id, sender_id, created_at, overtakes, text)'

const MESSAGES = `${UP_TO_COUNT} ${INTO_MESSAGES}
  SELECT :conversationId, n, n + (n - 1) / ${IN_TURN}, ${toId('n')},
    iif((n - 1) / ${IN_TURN} % 2 = 0, :one, :other), ${toInstant('n')}, 0, :text FROM places`

const RECEIPTS = `${UP_TO_COUNT} INSERT INTO receipts (conversation_id, rev, seq, user_id,
    delivers, delivered_seq, delivered_at, reads, read_seq, read_at)
  SELECT :conversationId, n * ${IN_TURN + 1}, n * ${IN_TURN}, iif(n % 2 = 1, :other, :one),
    1, n * ${IN_TURN}, ${toInstant(`n * ${IN_TURN}`)}, 1, n * ${IN_TURN}, ${toInstant(`n * ${IN_TURN}`)} FROM places`

const MESSAGE = `${INTO_MESSAGES} SELECT :conversationId, 1, 1, ${toId('n')}, :peer, :at, 1, :text
  FROM (SELECT CAST(:place AS INTEGER) AS n)`

function fill(dataDir: string, write: (database: Database) => void) {
  const database = openData(join(dataDir, DATABASE), 'normal')
  try {
    database.exec('BEGIN')
    write(database)
    database.exec('COMMIT')
  } finally {
    database.close()
  }
}

function putUser(database: Database, userId: string) {
  database.run('INSERT INTO users (user_id, display_name) VALUES (:userId, :userId)', { userId })
}

function putConversation(
  database: Database,
  conversation: { conversationId: string; seq: number; rev: number; at: string },
) {
  database.run(
    `INSERT INTO conversations (conversation_id, kind, seq, rev, updated_at, latest_at)
     VALUES (:conversationId, 'direct', :seq, :rev, :at, :at)`,
    conversation,
  )
}

/** With both markers at a message. */
function putMember(
  database: Database,
  member: { conversationId: string; userId: string; seq: number; at: string },
) {
  database.run(
    `INSERT INTO members (conversation_id, user_id, updated_at, delivered_seq, delivered_at, read_seq, read_at)
     VALUES (:conversationId, :userId, :at, :seq, iif(:seq > 0, :at, NULL), :seq, iif(:seq > 0, :at, NULL))`,
    member,
  )
}
