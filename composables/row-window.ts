// RowWindow: which rows of a long list are in view and which are mounted, where all are of one height. Pure.

/** What a scroller shows of its rows, in pixels. */
export interface RowView {
  top: number
  height: number
  rowHeight: number
}

/** Row numbers from 0; `to` is the first beyond. */
export interface RowRange {
  from: number
  to: number
}

/** Rows mounted above and below those in view. */
const MOUNTED_AROUND = 10
/** Fewer rows than this below the view: the next page is due. */
const NEAR_ROWS = 10

/** The rows that can be read: their middle is in view. */
export function rowsInView({ top, height, rowHeight }: RowView, count: number): RowRange {
  const from = within(Math.ceil(top / rowHeight - 0.5), count)
  return { from, to: Math.max(from, within(Math.floor((top + height) / rowHeight + 0.5), count)) }
}

/** The rows to mount: those in view and some around them. */
export function rowsMounted({ top, height, rowHeight }: RowView, count: number): RowRange {
  return {
    from: within(Math.floor(top / rowHeight) - MOUNTED_AROUND, count),
    to: within(Math.ceil((top + height) / rowHeight) + MOUNTED_AROUND, count),
  }
}

/** The numbers of a range, ascending, and one more that must be among them. */
export function numbersOf({ from, to }: RowRange, also: number): number[] {
  const numbers = Array.from({ length: to - from }, (_, index) => from + index)
  if (also < 0 || (also >= from && also < to)) return numbers
  return also < from ? [also, ...numbers] : [...numbers, also]
}

export function isNearEnd(view: RowView, count: number): boolean {
  return count - rowsInView(view, count).to < NEAR_ROWS
}

/** The `scrollTop` that shows a row whole and moves as little as it can; `margin`: rows shown beside it. */
export function topToShow(index: number, { top, height, rowHeight }: RowView, margin = 0): number {
  const first = (index - margin) * rowHeight
  const last = (index + 1 + margin) * rowHeight - height
  return Math.max(0, Math.min(first, Math.max(last, top)))
}

/**
 * How many rows down a new order takes what is in view, by the row of it that moves least: the others went elsewhere by
 * themselves.
 */
export function shiftOfRows(
  before: readonly string[],
  after: ReadonlyMap<string, number>,
  { from, to }: RowRange,
): number {
  const shifts = before.slice(from, to).map((id, index) => (after.get(id) ?? from + index) - (from + index))
  return shifts.reduce((least, shift) => (Math.abs(shift) < Math.abs(least) ? shift : least), shifts[0] ?? 0)
}

function within(index: number, count: number): number {
  return Math.max(0, Math.min(count, index))
}
