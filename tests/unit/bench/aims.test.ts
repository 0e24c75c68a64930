// The aims name figures that some measurement gives: an aim at nothing would quietly never be judged.
import { expect, test } from 'vitest'
import { aims, placesOf, type Place } from '#rufer/bench/aims.ts'
import { measurements } from '#rufer/bench/measurements/all.ts'

function faultOf([name, row, figure]: Place) {
  const measurement = measurements.find((each) => each.name === name)
  if (!measurement) return `there is no measurement ${name}`
  if (!Object.hasOwn(measurement.rows, row)) return `${name} has no row ${row}`
  return measurement.columns.some(({ key }) => key === figure) ? undefined : `${name} has no figure ${figure}`
}

test('every aim names figures that are measured', () => {
  const faults = aims.flatMap((aim) => placesOf(aim).flatMap((place) => faultOf(place) ?? []))
  expect(faults).toEqual([])
})

test('every ratio of a table is of rows that it has', () => {
  const unknown = measurements.flatMap(({ name, rows, ratios }) =>
    ratios.flat().flatMap((row) => (Object.hasOwn(rows, row) ? [] : [`${name}: ${row}`])),
  )
  expect(unknown).toEqual([])
})
