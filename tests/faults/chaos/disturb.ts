// Disturbing: one act of a scene after the other, by chance, until the time is over.
import { setTimeout as pause } from 'node:timers/promises'
import type { Trial } from '#rufer/tests/faults/trial/trial.ts'
import type { Act, Scene } from './scenes.ts'

/** The most time between two acts. */
const SPACE_MS = 3_000

/** @returns the names of what was done */
export async function disturb({ acts }: Scene, trial: Trial, forMs: number): Promise<string[]> {
  const done: string[] = []
  for (const end = performance.now() + forMs; performance.now() < end;) {
    await pause(trial.random() * SPACE_MS)
    const act = choose(acts, trial.random())
    await act.run(trial)
    done.push(act.name)
  }
  return done
}

// --- Internal helpers ---

/** By a number in [0, 1). */
function choose(acts: readonly Act[], where: number): Act {
  const all = acts.flatMap((act) => Array.from({ length: act.weight }, () => act))
  const act = all[Math.floor(where * all.length)]
  if (!act) throw new Error('unable to disturb; there is nothing to do')
  return act
}
