// What measurements come to.

/** By key; null where the system does not tell, and no key where there is nothing to tell. */
export type Figures = Record<string, number | null>

/** One round: measurement → row of its table → figures. */
export type Round = Record<string, Record<string, Figures>>
