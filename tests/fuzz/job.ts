// What every part of the fuzzer is given.
import type { Random } from './random.ts'
import type { Tally } from './tally.ts'
import type { Mark } from './target.ts'

export interface Job {
  target: Mark
  random: Random
  tally: Tally
  /** registered users whom nobody honest knows */
  userIds: string[]
}
