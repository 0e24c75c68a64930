// Markers as rows.
import type { Markers } from '../markers.ts'
import type { Row } from './row.ts'

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
