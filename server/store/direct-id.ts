// The id of a direct conversation, which follows from its two members: either one's first message finds the same.
import { hash } from 'node:crypto'

/** 22 characters of base64url, the same whichever of the two comes first. */
export function toDirectId(userIds: [string, string]): string {
  // No user id holds a line break, so no two pairs make the same text.
  return hash('sha256', userIds.toSorted().join('\n'), 'base64url').slice(0, 22)
}
