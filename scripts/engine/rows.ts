// What the SQLite file holds, as the documents that MongoDB keeps of it, each kind in the order of its keys.
import { z } from 'zod'
import type { Database } from '#rufer/server/store/sqlite/database.ts'

/** Any document; its own engine knows what is in it. */
export type Document = Record<string, unknown>

/** One collection: a statement that writes its documents as JSON, and the fields by which they are ordered. */
export interface Kind {
  name: string
  key: string[]
  sql: string
  /** fields that are left out where there is nothing in them */
  optional?: string[]
}

const MESSAGE = `'_id', id, 'conversationId', conversation_id, 'seq', seq, 'rev', coalesce(updated_rev, rev),
  'senderId', sender_id, 'text', text, 'createdAt', created_at, 'deletedAt', deleted_at`
const MARKERS = `'userId', user_id, 'deliveredSeq', delivered_seq, 'deliveredAt', delivered_at,
  'readSeq', read_seq, 'readAt', read_at`

const MEMBER = `iif(erased_at IS NULL, json_object(${MARKERS}), json_object(${MARKERS}, 'isErased', json('true')))`

/** In the order in which they are copied. Users come last: without them nobody can use what is only half there. */
export const KINDS: Kind[] = [
  {
    name: 'messages',
    key: ['conversationId', 'seq'],
    sql: `SELECT json_object(${MESSAGE}) AS document FROM messages ORDER BY conversation_id, seq`,
    optional: ['deletedAt'],
  },
  {
    name: 'receipts',
    key: ['conversationId', 'rev'],
    // a marker that moved is named, so that its instant is found
    sql: `SELECT json_object('conversationId', conversation_id, 'rev', rev, ${MARKERS},
        'deliveredTo', iif(delivers, delivered_seq, NULL), 'readTo', iif(reads, read_seq, NULL)) AS document
      FROM receipts ORDER BY conversation_id, rev`,
    optional: ['deliveredTo', 'readTo'],
  },
  {
    name: 'conversations',
    key: ['_id'],
    sql: `SELECT json_object('_id', conversation_id, 'kind', kind, 'seq', seq, 'rev', rev,
        'updatedAt', updated_at, 'latestAt', latest_at, 'version', 0,
        'members', (SELECT json_group_array(${MEMBER} ORDER BY user_id) FROM members JOIN users USING (user_id)
          WHERE members.conversation_id = conversations.conversation_id),
        'lastMessage', (SELECT json_patch('{}', json_object(${MESSAGE})) FROM messages
          WHERE messages.conversation_id = conversations.conversation_id ORDER BY messages.seq DESC LIMIT 1)) AS document
      FROM conversations ORDER BY conversation_id`,
  },
  {
    name: 'secrets',
    key: ['_id'],
    sql: `SELECT json_object('_id', hash, 'kind', kind, 'userId', user_id, 'expiresAt', expires_at,
        'parentHash', parent_hash, 'order', row_number() OVER (PARTITION BY user_id, kind ORDER BY id),
        'children', (SELECT count(*) FROM secrets AS child WHERE child.parent_hash = secrets.hash)) AS document
      FROM secrets ORDER BY hash`,
  },
  {
    name: 'allowances',
    key: ['_id'],
    // how many secrets of a kind a user was given counts on from those that are copied
    sql: `SELECT json_object('_id', kind || ' ' || user_id, 'issued', sum(issued),
        'bucket', CASE WHEN max(tokens) IS NULL THEN NULL
          ELSE json_object('tokens', max(tokens), 'at', max(at)) END) AS document
      FROM (
        SELECT kind, user_id, count(*) AS issued, NULL AS tokens, NULL AS at FROM secrets GROUP BY kind, user_id
        UNION ALL SELECT kind, user_id, 0, tokens, at FROM buckets
      ) GROUP BY kind, user_id ORDER BY kind || ' ' || user_id`,
    optional: ['bucket'],
  },
  {
    name: 'outbox',
    key: ['_id'],
    sql: `SELECT json_object('_id', event_id, 'topic', topic, 'told', json(payload), 'attempts', attempts,
        'order', coalesce(payload ->> '$.message.rev', payload ->> '$.receipt.rev', CAST(unixepoch(at, 'subsec') * 1000 AS INTEGER)),
        'failedSince', failed_since, 'nextAt', next_at, 'isDead', json(iif(dead_at IS NULL, 'false', 'true')),
        'deadAt', dead_at, 'reason', reason) AS document
      FROM outbox ORDER BY event_id`,
  },
  {
    name: 'erasures',
    key: ['_id'],
    // changes are not copied, and the outbox is gone through anew
    sql: `SELECT json_object('_id', user_id, 'at', erased_at, 'stage', iif(stage = 'file', 'done', stage),
        'after', iif(stage = 'messages', after, ''), 'seq', seq, 'messages', messages) AS document
      FROM erasures JOIN users USING (user_id) ORDER BY user_id`,
  },
  {
    name: 'users',
    key: ['_id'],
    sql: `SELECT json_object('_id', user_id, 'displayName', display_name, 'avatarUrl', avatar_url,
        'lastSeenAt', last_seen_at, 'erasedAt', erased_at, 'conversations',
        (SELECT count(*) FROM members WHERE members.user_id = users.user_id)) AS document
      FROM users ORDER BY user_id`,
    optional: ['avatarUrl', 'erasedAt'],
  },
]

/** The documents of one kind, read one by one. */
export function* readDocuments(database: Database, { sql, optional = [] }: Kind): Generator<Document> {
  for (const row of database.each(sql)) {
    const document = shape.parse(JSON.parse(row.text('document')))
    for (const field of optional) if (document[field] === null) delete document[field]
    yield document
  }
}

// --- Internal helpers ---

const shape = z.record(z.string(), z.unknown())
