// RowWindow: what is in view is mounted, little else is, and what is in view stays where it is.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  isNearEnd,
  numbersOf,
  rowsInView,
  rowsMounted,
  shiftOfRows,
  topToShow,
  type RowView,
} from '#rufer/composables/row-window.ts'

const view = fc.record({
  top: fc.double({ min: 0, max: 1e6, noNaN: true }),
  height: fc.integer({ min: 1, max: 3000 }),
  rowHeight: fc.integer({ min: 20, max: 200 }),
})
const count = fc.nat({ max: 20_000 })
const at = (top: number): RowView => ({ top, height: 720, rowHeight: 72 })

describe('rowsInView', () => {
  it.each([
    [0, { from: 0, to: 10 }],
    [35, { from: 0, to: 10 }],
    [37, { from: 1, to: 11 }],
    [72, { from: 1, to: 11 }],
  ])('takes rows whose middle is in view, at %i', (top, range) => {
    expect(rowsInView(at(top), 500)).toEqual(range)
  })

  it('ends with the rows there are', () => {
    expect(rowsInView(at(0), 3)).toEqual({ from: 0, to: 3 })
    expect(rowsInView(at(7200), 3)).toEqual({ from: 3, to: 3 })
  })
})

describe('rowsMounted', () => {
  it('holds every row of which a pixel is in view, and no more than 22 others', () => {
    fc.assert(
      fc.property(view, count, (shown, rows) => {
        const { from, to } = rowsMounted(shown, rows)
        const first = Math.floor(shown.top / shown.rowHeight)
        const last = Math.ceil((shown.top + shown.height) / shown.rowHeight)
        expect(from).toBeLessThanOrEqual(Math.min(first, rows))
        expect(to).toBeGreaterThanOrEqual(Math.min(last, rows))
        expect(to - from).toBeLessThanOrEqual(Math.ceil(shown.height / shown.rowHeight) + 22)
      }),
    )
  })
})

describe('numbersOf', () => {
  it('has the row with the focus in its place among them, once', () => {
    const range = { from: 3, to: 6 }
    expect(numbersOf(range, -1)).toEqual([3, 4, 5])
    expect(numbersOf(range, 1)).toEqual([1, 3, 4, 5])
    expect(numbersOf(range, 4)).toEqual([3, 4, 5])
    expect(numbersOf(range, 9)).toEqual([3, 4, 5, 9])
  })
})

describe('isNearEnd', () => {
  it('is true when few rows are left below', () => {
    expect(isNearEnd(at(0), 50)).toBe(false)
    expect(isNearEnd(at(31 * 72), 50)).toBe(true)
    expect(isNearEnd(at(0), 0)).toBe(true)
  })
})

describe('topToShow', () => {
  it('moves no further than to have the row whole in view', () => {
    expect(topToShow(5, at(100))).toBe(100)
    expect(topToShow(0, at(100))).toBe(0)
    expect(topToShow(20, at(0))).toBe(11 * 72)
    expect(topToShow(20, at(0), 1)).toBe(12 * 72)
    expect(topToShow(0, at(500), 1)).toBe(0)
  })
})

describe('shiftOfRows', () => {
  const before = ['a', 'b', 'c', 'd', 'e']
  const inView = { from: 1, to: 4 }
  const shift = (...after: string[]) =>
    shiftOfRows(before, new Map(after.map((id, index) => [id, index])), inView)

  it('follows the rows in view when one comes above them', () => {
    expect(shift('e', 'a', 'b', 'c', 'd')).toBe(1)
    expect(shift('x', 'y', 'a', 'b', 'c', 'd', 'e')).toBe(2)
  })

  it('stays where it is when one of them goes elsewhere, or nothing is known of them', () => {
    expect(shift('c', 'a', 'b', 'd', 'e')).toBe(0)
    expect(shift()).toBe(0)
  })
})
