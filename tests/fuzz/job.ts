// What every part of the fuzzer is given.
import type { Random } from './random.ts'
import type { Tally } from './tally.ts'
import type { Target } from './target.ts'

export interface Job {
  target: Target
  random: Random
  tally: Tally
  /** registered users whom nobody honest knows */
  userIds: string[]
}
