// Disturbing: one act of a scene after the other, by chance, until the time is over.
import { setTimeout as pause } from 'node:timers/promises'
import type { Trial } from '#rufer/tests/faults/trial/trial.ts'
import { until } from '#rufer/tests/helpers/until.ts'
import type { Act, Scene } from './scenes.ts'

/** The most time between two acts, besides what clients take to come back. */
const SPACE_MS = 3_000
/** How often the next act comes while they are still coming back; always would leave nobody there to be disturbed. */
const HURRIED_SHARE = 0.3
/** They wait longer and longer from one attempt to the next. */
const BACK_MS = 10_000

/** @returns the names of what was done */
export async function disturb({ acts }: Scene, trial: Trial, forMs: number): Promise<string[]> {
  const done: string[] = []
  for (const end = performance.now() + forMs; performance.now() < end;) {
    await pause(trial.random() * SPACE_MS)
    const act = choose(
      acts.filter(({ canRun = () => true }) => canRun(trial)),
      trial.random(),
    )
    await act.run(trial)
    done.push(act.name)
    if (trial.random() > HURRIED_SHARE) await untilBack(trial)
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

/** Waits until most clients are live, or have had the time for it; some are always dropped by themselves. */
async function untilBack({ cast }: Trial) {
  await until({ what: 'most are back', timeoutMs: BACK_MS }, () => {
    const away = cast.devices.filter(({ client }) => client.status.state !== 'live').length
    return away > cast.devices.length / 4 ? `${away} are not` : undefined
  }).catch(() => undefined)
}
