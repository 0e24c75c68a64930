// Pieces of SQL that several statements share.

/** The list that `:ids` carries as JSON: one statement for lists of any length. */
export const GIVEN = '(SELECT value FROM json_each(:ids))'

/** Sorts after every instant. */
export const AFTER_ALL = '~'

/**
 * A column of text, where it is long as its bytes, for `row.textInBytes`: what is not ASCII is decoded by node:sqlite
 * up to nine times as slowly as by a `Buffer`. Short text costs less as it is, and ASCII up to 2 µs.
 */
export function inBytes(column: string): string {
  return `CASE WHEN octet_length(${column}) < 1024 THEN ${column} ELSE CAST(${column} AS BLOB) END`
}
