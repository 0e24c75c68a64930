// Putting load on a server: a load generator, a process of its own, takes its seats and gives figures back.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Assignment, Figures, Scenario } from './generator.ts'
import type { Side } from './sides.ts'

/**
 * Runs scenarios on one server, one after the other and over the same sockets.
 *
 * @throws Error where the generator did not get to its end
 */
export async function putLoadOn<Name extends string>(
  { pids, database, takeSeats }: Side,
  scenarios: Record<Name, Scenario>,
): Promise<Record<Name, Figures>> {
  const assignment: Assignment = { seats: await takeSeats(), pids, scenarios, ...(database && { database }) }
  const seconds = Object.values<Scenario>(scenarios).reduce((sum, scenario) => sum + scenario.seconds, 0)
  const generator = spawn(process.execPath, [join(import.meta.dirname, 'generator.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // a message that never arrives must not keep the run for ever
    timeout: 30_000 + 3_000 * seconds,
  })
  generator.stdin.end(JSON.stringify(assignment))
  const [written, [code]] = await Promise.all([text(generator.stdout), once(generator, 'exit')])
  if (code !== 0) throw new Error('unable to measure; the load generator did not get to its end')
  return JSON.parse(written)
}
