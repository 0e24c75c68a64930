// Places: the next seq and rev of a conversation, which order all that happens in it.
import type { Instant } from '#rufer/shared/model/instant.ts'
import type { Database } from './database.ts'

export interface Place {
  seq: number
  rev: number
  at: Instant
}

/**
 * Takes a conversation's next rev, and its next seq where it is a message's.
 *
 * @returns the place, with an instant that is never earlier than that of the place before
 */
export function takePlace(
  database: Database,
  { conversationId, isMessage, at }: { conversationId: string; isMessage: boolean; at: Instant },
): Place {
  const forMessage = 'seq = seq + 1, updated_at = max(latest_at, :at),'
  const row = database.get(
    `UPDATE conversations SET ${isMessage ? forMessage : ''} rev = rev + 1, latest_at = max(latest_at, :at)
     WHERE conversation_id = :conversationId RETURNING seq, rev, latest_at AS at`,
    { conversationId, at },
  )
  if (!row) throw new Error('unable to take the next place; there is no such conversation')
  return { seq: row.number('seq'), rev: row.number('rev'), at: row.text('at') }
}
