// Pieces of SQL that several statements share.

/** The list that `:ids` carries as JSON: one statement for lists of any length. */
export const GIVEN = '(SELECT value FROM json_each(:ids))'

/** Sorts after every instant. */
export const AFTER_ALL = '~'
