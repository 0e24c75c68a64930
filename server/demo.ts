// Demo mode: two users with an (empty) conversation, so that the first chat is one command away.
import type { Services } from './services/services.ts'

/** Makes the demo's users and their conversation; a start after the first changes nothing. */
export async function prepareDemo({ users, conversations }: Services): Promise<void> {
  await users.register({ userId: 'alice', displayName: 'Alice Smith' })
  await users.register({ userId: 'bob', displayName: 'Bob Johnson' })
  await conversations.open('alice', 'bob')
}
