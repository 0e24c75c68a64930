// Putting load on a server: a load generator, a process of its own, takes an order and gives figures back.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Figures } from '#rufer/bench/figures.ts'
import type { Order } from './generator.ts'

/** @throws Error where the generator did not get to its end */
export async function putLoad(order: Order): Promise<Figures> {
  const generator = spawn(process.execPath, [join(import.meta.dirname, 'generator.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // a message that never arrives must not keep the run for ever
    timeout: LONGEST_MS,
  })
  generator.stdin.end(JSON.stringify(order))
  const [written, [code]] = await Promise.all([text(generator.stdout), once(generator, 'exit')])
  if (code !== 0) throw new Error(`unable to measure; the load "${order.job}" did not get to its end`)
  return JSON.parse(written)
}

// --- Internal helpers ---

const LONGEST_MS = 180_000
