// Markers as rows: how far messages were delivered to a member and read by them.
import type { Receipt } from '#rufer/shared/model/receipt.ts'
import type { Row } from './row.ts'

export type Markers = Pick<Receipt, 'deliveredSeq' | 'deliveredAt' | 'readSeq' | 'readAt'>

export const MARKER_COLUMNS =
  'delivered_seq AS deliveredSeq, delivered_at AS deliveredAt, read_seq AS readSeq, read_at AS readAt'

export function toMarkers(row: Row): Markers {
  return {
    deliveredSeq: row.number('deliveredSeq'),
    deliveredAt: row.textOrNull('deliveredAt'),
    readSeq: row.number('readSeq'),
    readAt: row.textOrNull('readAt'),
  }
}
