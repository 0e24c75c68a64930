// Dead letters: the webhooks that nobody took, for whoever looks after the back end.
import type { Store } from '#rufer/server/store/duties.ts'
import type { Answer } from '#rufer/shared/protocol/http.ts'
import { ChatError } from '#rufer/shared/protocol/errors.ts'
import { LETTERS_AT_ONCE } from '#rufer/shared/protocol/webhooks.ts'

export function createDeadLettersService({ store: { outbox } }: { store: Store }) {
  return {
    /** A page of them, the oldest first. @throws ChatError `invalid-params` for an `after` that no page gave */
    async list(after?: string): Promise<Answer<'GET /api/webhooks/dead-letters'>> {
      if (after !== undefined && !PLACE.test(after)) throw unknownPlace()
      const page = await outbox.listDeadLetters({
        limit: LETTERS_AT_ONCE,
        ...(after !== undefined && { after }),
      })
      const letters = page.letters.map(({ told: { kind: type }, ...letter }) => ({ ...letter, type }))
      return { letters, after: page.after }
    },

    /** Has some of them sent anew, from their old place on; tells how many. */
    replay: (ids: string[]): Promise<number> => outbox.replay(ids),

    /** Forgets some of them; tells how many. */
    drop: (ids: string[]): Promise<number> => outbox.drop(ids),
  }
}

// --- Internal helpers ---

/** A number of the embedded store, or an id of what lies in MongoDB. */
const PLACE = /^(?:\d{1,15}|[\da-f]{24,32})$/

function unknownPlace() {
  const issues = [{ path: 'after', message: 'give the `after` of an earlier page, or none' }]
  return new ChatError('invalid-params', { reason: 'the place is unknown', issues })
}
