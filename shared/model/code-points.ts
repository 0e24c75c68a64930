// Length of a text in code points, which is what its limits count.

/** How many Unicode code points a text has; a lone surrogate counts as one. */
export function countCodePoints(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}
