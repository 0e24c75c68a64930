// What axe-core finds wrong with a page in a browser.
import type Axe from 'axe-core'
import type { Page } from 'playwright-core'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'

/** What axe finds in the page as it is, light and dark. */
export async function lookWithAxe(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  const found: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    const { violations, passed } = await page.evaluate(async (values) => {
      const { axe: here } = globalThis as unknown as { axe: typeof Axe }
      // Where each thing is that is in order, which takes longest to say, nobody asks.
      const results = await here.run({ runOnly: { type: 'tag', values }, resultTypes: ['violations'] })
      return { violations: results.violations, passed: results.passes.length }
    }, TAGS)
    // It did look.
    expect(passed).toBeGreaterThan(5)
    found.push(
      ...violations.flatMap((violation) => toLines(violation).map((line) => `${colorScheme}: ${line}`)),
    )
  }
  return found
}

// --- Internal helpers ---

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')

function toLines({ id, nodes }: Axe.AxeResults['violations'][number]): string[] {
  return nodes.map(
    ({ html, failureSummary }) => `${id} at ${html} (${failureSummary?.split('\n')[1]?.trim()})`,
  )
}
