// Places: where a conversation and one of its members stand, and the next seq and rev, which order all that happens in it.
import type { Instant } from '#rufer/shared/model/instant.ts'
import type { Markers } from '../markers.ts'
import type { Database } from './database.ts'
import { MARKER_COLUMNS, toMarkers } from './marker-rows.ts'

/** The last place taken in a conversation, how far its messages came to one of its members, and everyone's id, in order. */
export interface Standing extends Place {
  markers: Markers
  userIds: string[]
}

export interface Place {
  seq: number
  rev: number
  at: Instant
}

/** Undefined where there is no such member, or an erased one. */
export function findStanding(
  database: Database,
  conversationId: string,
  userId: string,
): Standing | undefined {
  const rows = database.all(
    `SELECT user_id AS userId, seq, rev, latest_at AS at, ${MARKER_COLUMNS}
     FROM members JOIN conversations USING (conversation_id)
     WHERE conversation_id = :conversationId
       AND NOT EXISTS (SELECT 1 FROM users WHERE user_id = :userId AND erased_at IS NOT NULL)
     ORDER BY user_id`,
    { conversationId, userId },
  )
  const userIds = rows.map((row) => row.text('userId'))
  const row = rows[userIds.indexOf(userId)]
  if (!row) return undefined
  return {
    seq: row.number('seq'),
    rev: row.number('rev'),
    at: row.text('at'),
    markers: toMarkers(row),
    userIds,
  }
}

/** The last place that was taken. */
export function findPlace(database: Database, conversationId: string): Place {
  const row = database.get(
    'SELECT seq, rev, latest_at AS at FROM conversations WHERE conversation_id = :conversationId',
    { conversationId },
  )
  if (!row) throw new Error('unable to find place; there is no such conversation')
  return { seq: row.number('seq'), rev: row.number('rev'), at: row.text('at') }
}

/**
 * Takes the place after the last one of a conversation: its next rev, and its next seq where it is a message's.
 *
 * @returns the place, with an instant that is never earlier than that of the place before
 */
export function takePlace(
  database: Database,
  last: Place,
  { conversationId, isMessage, at }: { conversationId: string; isMessage: boolean; at: Instant },
): Place {
  const place = {
    seq: isMessage ? last.seq + 1 : last.seq,
    rev: last.rev + 1,
    at: at > last.at ? at : last.at,
  }
  database.run(
    `UPDATE conversations SET seq = :seq, rev = :rev, latest_at = :at ${isMessage ? ', updated_at = :at' : ''}
     WHERE conversation_id = :conversationId`,
    { conversationId, ...place },
  )
  return place
}
