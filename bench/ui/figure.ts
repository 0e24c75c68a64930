// Figure: one thing measured, beside its goal; and the line that tells of it. Pure.

export interface Figure {
  name: string
  value: number
  /** at most this */
  goal: number
  unit?: string
}

export function isMet({ value, goal }: Figure): boolean {
  return value <= goal
}

/** "key to paint, 300 rows to none    1.04  goal 1.5   met" */
export function toLine(figure: Figure): string {
  const { name, value, goal, unit = '' } = figure
  const told = `${Number.isInteger(value) ? value : value.toFixed(2)}${unit}`
  return `${name.padEnd(58)}${told.padStart(12)}  goal ${`${goal}${unit}`.padEnd(9)} ${isMet(figure) ? 'met' : 'MISSED'}`
}
