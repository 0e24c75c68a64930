// How far something long has come: a bar on standard error, where somebody looks at it.

export interface Progress {
  /** of 1 */
  show: (part: number, words: string) => void
  /** leaves the last words standing */
  end: (words: string) => void
}

export function startProgress(): Progress {
  const { stderr } = process
  let shown = ''
  return {
    show(part, words) {
      const bar = '█'.repeat(Math.floor(part * WIDTH)).padEnd(WIDTH, '·')
      const next = `${bar} ${String(Math.floor(part * 100)).padStart(3)} %  ${words}`
      if (!stderr.isTTY || next === shown) return
      shown = next
      stderr.write(`\r${next}${CLEAR}`)
    },
    end: (words) => void stderr.write(stderr.isTTY ? `\r${words}${CLEAR}\n` : `${words}\n`),
  }
}

// --- Internal helpers ---

const WIDTH = 30
const CLEAR = '\u001b[K'
