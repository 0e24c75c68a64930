// Users as rows.
import type { User } from '#rufer/shared/model/user.ts'
import type { Row } from './row.ts'

export const USER_COLUMNS = 'user_id AS userId, display_name AS displayName, avatar_url AS avatarUrl'

export function toUser(row: Row): User {
  const avatarUrl = row.textOrNull('avatarUrl')
  return {
    userId: row.text('userId'),
    displayName: row.text('displayName'),
    ...(avatarUrl !== null && { avatarUrl }),
  }
}
