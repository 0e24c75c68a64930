// The aims name figures that some measurement gives: an aim at nothing would quietly never be judged.
import { expect, test } from 'vitest'
import { aims, type Place } from '#rufer/bench/aims.ts'
import { measurements } from '#rufer/bench/measurements/all.ts'

const placesOf = aims.flatMap(({ name, of, to, bound }) => [
  { name, place: of },
  ...(to ? [{ name, place: to }] : []),
  ...('mostSum' in bound ? bound.mostSum.map(([, place]) => ({ name, place })) : []),
])

function faultOf([name, row, figure]: Place) {
  const measurement = measurements.find((each) => each.name === name)
  if (!measurement) return `there is no measurement ${name}`
  if (!Object.hasOwn(measurement.rows, row)) return `${name} has no row ${row}`
  return measurement.columns.some(({ key }) => key === figure) ? undefined : `${name} has no figure ${figure}`
}

test('every aim names figures that are measured', () => {
  expect(placesOf.flatMap(({ name, place }) => faultOf(place)?.concat(` (${name})`) ?? [])).toEqual([])
})

test('every ratio of a table is of rows that it has', () => {
  const unknown = measurements.flatMap(({ name, rows, ratios }) =>
    ratios.flat().flatMap((row) => (Object.hasOwn(rows, row) ? [] : [`${name}: ${row}`])),
  )
  expect(unknown).toEqual([])
})
