// How a text is shown in its bubble: a few emoji alone are large, a long one is folded. Pure.
import { countCodePoints } from '#rufer/shared/model/code-points.ts'

const MOST_LINES = 20
const MOST_CODE_POINTS = 2_000

/** One to three emoji and nothing else. */
export function isFewEmoji(text: string): boolean {
  return fewEmoji?.test(text.trim()) ?? false
}

/** More than 20 lines or 2,000 code points. */
export function isLong(text: string): boolean {
  if (text.split('\n').length > MOST_LINES) return true
  return text.length > MOST_CODE_POINTS && countCodePoints(text) > MOST_CODE_POINTS
}

// --- Internal helpers ---

const fewEmoji = compileFewEmoji()

/** Built while running, because a browser without the `v` flag could not even read the file otherwise. */
function compileFewEmoji(): RegExp | undefined {
  try {
    return new RegExp(String.raw`^\p{RGI_Emoji}{1,3}$`, 'v')
  } catch {
    return undefined
  }
}
