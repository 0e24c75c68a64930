// The outbox of the embedded store. Triggers of this connection fill it, in the transaction of whatever they tell of.
import { MOST_COUNTED, type DeadLetter, type Outbox, type OutboxEvent, type Told } from '../outbox.ts'
import type { Database } from './database.ts'
import type { Row } from './row.ts'
import { GIVEN, inBytes } from './sql.ts'

const PAYLOAD = `${inBytes('payload')} AS payload`

interface Access {
  read: <Result>(query: () => Result) => Promise<Result>
  write: <Result>(operation: () => Result) => Promise<Result>
}

export function createOutbox(database: Database, { read, write }: Access): Outbox {
  const run = (sql: string, values: Parameters<Database['run']>[1]) => write(() => database.run(sql, values))
  return {
    // nobody else has the file
    takeLease: async () => true,
    endLease: async () => undefined,
    listTopics: ({ after, limit }) => read(() => listTopics(database, { after: Number(after ?? 0), limit })),
    listEvents: (topic, limit) => read(() => listEvents(database, topic, limit)),
    async remove(id) {
      await run('DELETE FROM outbox WHERE event_id = :id', { id })
    },
    async postpone(id, { at, nextAt, reason }) {
      await run(
        `UPDATE outbox SET attempts = attempts + 1, failed_since = coalesce(failed_since, :at), next_at = :nextAt,
           reason = :reason WHERE event_id = :id`,
        { id, at, nextAt, reason },
      )
    },
    async bury(id, { at, reason }) {
      await run(
        `UPDATE outbox SET attempts = attempts + 1, failed_since = coalesce(failed_since, :at), dead_at = :at,
           reason = :reason WHERE event_id = :id`,
        { id, at, reason },
      )
    },
    listDeadLetters: ({ after, limit }) =>
      read(() => listDeadLetters(database, { after: Number(after ?? 0), limit })),
    replay: (ids) =>
      run(
        `UPDATE outbox SET dead_at = NULL, attempts = 0, failed_since = NULL, next_at = NULL
         WHERE dead_at IS NOT NULL AND event_id IN ${GIVEN}`,
        { ids: JSON.stringify(ids) },
      ),
    drop: (ids) =>
      run(`DELETE FROM outbox WHERE dead_at IS NOT NULL AND event_id IN ${GIVEN}`, {
        ids: JSON.stringify(ids),
      }),
    count: () => read(() => count(database)),
  }
}

/** From now on this connection puts into the outbox whatever webhooks tell of. */
export function fillOutbox(database: Database): void {
  database.exec(TRIGGERS)
}

// --- helpers ---

/** The kinds are those of `Told`. */
const TRIGGERS = `
  CREATE TEMP TRIGGER outbox_changes AFTER INSERT ON main.changes
  WHEN new.payload ->> 'kind' IN ('message.created', 'message.updated', 'receipt.updated')
  BEGIN
    INSERT INTO outbox (topic, at, payload) VALUES (new.payload ->> 'conversationId', new.at, new.payload);
  END;
  CREATE TEMP TRIGGER outbox_presences AFTER UPDATE OF online_at ON main.users
  WHEN (old.online_at IS NULL) <> (new.online_at IS NULL)
  BEGIN
    INSERT INTO outbox (topic, at, payload)
    SELECT 'presence:' || new.user_id, at, json_object('kind', 'presence.changed', 'at', at, 'presence', json_object(
      'userId', new.user_id,
      'status', iif(new.online_at IS NULL, 'offline', 'online'),
      'lastSeenAt', iif(new.online_at IS NULL, new.last_seen_at, NULL)))
    FROM (SELECT coalesce(new.online_at, new.last_seen_at) AS at);
  END;
`

interface Page {
  after: number
  limit: number
}

function listTopics(database: Database, { after, limit }: Page) {
  const rows = database.all(
    'SELECT id, topic FROM outbox WHERE dead_at IS NULL AND id > :after ORDER BY id LIMIT :limit',
    { after, limit },
  )
  return { topics: rows.map((row) => row.text('topic')), after: placeBehind(rows, limit) }
}

function listEvents(database: Database, topic: string, limit: number): OutboxEvent[] {
  return database
    .all(
      `SELECT event_id AS eventId, ${PAYLOAD}, attempts, failed_since AS failedSince, next_at AS nextAt
       FROM outbox WHERE topic = :topic AND dead_at IS NULL ORDER BY id LIMIT :limit`,
      { topic, limit },
    )
    .map((row) => ({
      id: row.text('eventId'),
      told: decode(row),
      attempts: row.number('attempts'),
      failedSince: row.textOrNull('failedSince'),
      nextAt: row.textOrNull('nextAt'),
    }))
}

function listDeadLetters(database: Database, { after, limit }: Page) {
  const rows = database.all(
    `SELECT id, event_id AS eventId, ${PAYLOAD}, attempts, failed_since AS failedSince, dead_at AS deadAt, reason
     FROM outbox WHERE dead_at IS NOT NULL AND id > :after ORDER BY id LIMIT :limit`,
    { after, limit },
  )
  const letters = rows.map((row): DeadLetter => ({
    id: row.text('eventId'),
    told: decode(row),
    attempts: row.number('attempts'),
    failedSince: row.text('failedSince'),
    deadAt: row.text('deadAt'),
    reason: row.text('reason'),
  }))
  return { letters, after: placeBehind(rows, limit) }
}

function placeBehind(rows: Row[], limit: number) {
  const last = rows.at(-1)
  return last && rows.length === limit ? String(last.number('id')) : null
}

function count(database: Database) {
  const counted = (which: string) =>
    database
      .get(
        `SELECT count(*) AS count FROM (SELECT 1 FROM outbox WHERE dead_at ${which} LIMIT ${MOST_COUNTED})`,
      )
      ?.number('count') ?? 0
  const oldest = database.get('SELECT at FROM outbox WHERE dead_at IS NULL ORDER BY id LIMIT 1')
  return {
    waiting: counted('IS NULL'),
    dead: counted('IS NOT NULL'),
    oldestAt: oldest?.text('at') ?? null,
  }
}

function decode(row: Row): Told {
  return JSON.parse(row.textInBytes('payload'))
}
