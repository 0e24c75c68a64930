// The life of a message: when it was sent, stored, delivered, read and deleted, and how long each step took. Pure.
import type { Message } from '#rufer/shared/model/message.ts'

export interface LifeStep {
  name: 'sent' | 'stored' | 'delivered' | 'read' | 'deleted'
  /** by the server's clock; undefined: not yet, or not known here */
  at: string | undefined
  /** since the step before, where both are known: "+12 ms", "+3.4 s", "+5 min", "+1.5 h" */
  after: string
}

interface Viewer {
  userId: string
  /** how far the server's clock is ahead of this one, in milliseconds */
  clockOffsetMs: number
}

/** When others sent is not told: their clocks are not known here. */
export function toLife(message: Message, viewer: Viewer): LifeStep[] {
  const sentMs = message.senderId === viewer.userId ? madeMs(message.id) : undefined
  const sentAt = sentMs === undefined ? undefined : new Date(sentMs + viewer.clockOffsetMs).toISOString()
  const { createdAt, deliveredAt, readAt, deletedAt } = message
  const deleted: LifeStep[] = deletedAt === undefined ? [] : [{ name: 'deleted', at: deletedAt, after: '' }]
  return [
    { name: 'sent', at: sentAt, after: '' },
    { name: 'stored', at: createdAt, after: sinceStep(sentAt, createdAt) },
    { name: 'delivered', at: deliveredAt ?? undefined, after: sinceStep(createdAt, deliveredAt) },
    { name: 'read', at: readAt ?? undefined, after: sinceStep(deliveredAt, readAt) },
    ...deleted,
  ]
}

// --- Internal helpers ---

const UUID_V7 = /^([\da-f]{8})-([\da-f]{4})-7/i

/** A UUIDv7 begins with the millisecond in which it was made. */
function madeMs(id: string): number | undefined {
  const [, high, low] = UUID_V7.exec(id) ?? []
  return high === undefined || low === undefined ? undefined : Number.parseInt(high + low, 16)
}

/** The two clocks are compared once a connection, to within its delay: what seems to be less than nothing is nothing. */
function sinceStep(from: string | null | undefined, to: string | null): string {
  if (!from || to === null) return ''
  const ms = Math.max(0, Date.parse(to) - Date.parse(from))
  if (ms < 1_000) return `+${ms} ms`
  if (ms < 60_000) return `+${(ms / 1_000).toFixed(1)} s`
  return ms < 3_600_000 ? `+${Math.floor(ms / 60_000)} min` : `+${(ms / 3_600_000).toFixed(1)} h`
}
