// Demo mode: two users with an (empty) conversation, so that the first chat is one command away.
import { ChatError } from '#rufer/shared/protocol/errors.ts'
import type { Services } from './services/services.ts'

/** Makes the demo's users and their conversation; a start after the first changes nothing. */
export async function prepareDemo({ users, conversations }: Services): Promise<void> {
  try {
    await users.register({ userId: 'alice', displayName: 'Alice Smith' })
    await users.register({ userId: 'bob', displayName: 'Bob Johnson' })
    await conversations.open('alice', 'bob')
  } catch (error) {
    // whoever erases one of them has no further use for the demo's conversation
    if (!(error instanceof ChatError && error.code === 'user-erased')) throw error
  }
}
