// Markers: how far messages were delivered to a member and read by them, and the one way in which they move.
import type { Receipt } from '#rufer/shared/model/receipt.ts'

export type Markers = Pick<Receipt, 'deliveredSeq' | 'deliveredAt' | 'readSeq' | 'readAt'>

/** Only forward, no further than the last message, and what was read was delivered. */
export function moveForward(
  before: Markers,
  wanted: { deliveredSeq?: number; readSeq?: number },
  lastSeq: number,
): { deliveredSeq: number; readSeq: number } {
  const readSeq = Math.max(before.readSeq, Math.min(lastSeq, wanted.readSeq ?? 0))
  const deliveredSeq = Math.max(before.deliveredSeq, readSeq, Math.min(lastSeq, wanted.deliveredSeq ?? 0))
  return { deliveredSeq, readSeq }
}
