// Memory of another process.
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

/** The resident memory of a process once it has come to rest, in bytes; null where the system does not tell. */
export async function settledMemoryOf(pid: number): Promise<number | null> {
  if (process.platform !== 'linux') return null
  return settle(pid, { least: readMemory(pid), looks: 0 })
}

// --- Internal helpers ---

const LOOKS = 4
const SPACE_MS = 500

/** Garbage is given back in its own time: the least of some looks counts. */
async function settle(pid: number, { least, looks }: { least: number; looks: number }): Promise<number> {
  if (looks === LOOKS) return least
  await pause(SPACE_MS)
  return settle(pid, { least: Math.min(least, readMemory(pid)), looks: looks + 1 })
}

function readMemory(pid: number) {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kilobytes) * 1024
}
