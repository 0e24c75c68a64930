// Memberships: which conversations a user is in, and who else, whatever was said in them.
import type { MembershipQuery } from '../duties.ts'
import { takePage } from '../page.ts'
import { recipientsOf } from './conversations.ts'
import type { Collections } from './models.ts'

export async function listMemberships(
  { conversations }: Collections,
  { userId, afterId = '', limit }: MembershipQuery,
): Promise<{ ids: string[]; hasMore: boolean }> {
  const found = await conversations
    .find({ 'members.userId': userId, _id: { $gt: afterId } }, { projection: { _id: 1 } })
    .sort({ _id: 1 })
    .limit(limit + 1)
    .toArray()
  const { items, hasMore } = takePage(found, { limit })
  return { ids: items.map(({ _id: id }) => id), hasMore }
}

export async function getMemberIds(
  { conversations }: Collections,
  conversationId: string,
): Promise<string[]> {
  const found = await conversations.findOne({ _id: conversationId }, { projection: { 'members.userId': 1 } })
  return found ? recipientsOf(found) : []
}

export function countMemberships({ conversations }: Collections, userId: string): Promise<number> {
  return conversations.countDocuments({ 'members.userId': userId })
}
