// CPU time of other processes, and of all of them.
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'

/** The CPU time that processes have used so far, in milliseconds; null where the system does not tell (it does on Linux). */
export function cpuMsOf(pids: number[]): number | null {
  if (process.platform !== 'linux') return null
  return pids.reduce((sum, pid) => sum + readCpuMs(pid), 0)
}

/** The CPU time that all processes have used so far, in milliseconds over all cores. */
export function cpuMsOfAll(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0)
}

// --- Internal helpers ---

/** What Linux counts in towards programs, whatever the clock of its kernel. */
const MS_PER_TICK = 10

function readCpuMs(pid: number) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // the name of the program, in parentheses, may hold spaces; utime and stime are the 12th and 13th field after it
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK
}
