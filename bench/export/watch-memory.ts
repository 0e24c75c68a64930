// The resident memory of a process while it works, looked at ten times a second.
import { readFileSync } from 'node:fs'

export interface MemoryWatch {
  /** in MB; 0 where the system does not tell */
  now: () => number
  /** the most that was seen so far */
  most: () => number
  stop: () => void
}

export function watchMemory(pid: number): MemoryWatch {
  let most = 0
  const look = () => {
    const now = readMemory(pid)
    most = Math.max(most, now)
    return now
  }
  const timer = setInterval(look, 100)
  return {
    now: look,
    most() {
      look()
      return most
    },
    stop: () => clearInterval(timer),
  }
}

// --- Internal helpers ---

function readMemory(pid: number) {
  if (process.platform !== 'linux') return 0
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kilobytes) / 1024
}
