// What a page missed, by its own count: asked for at the end of every test in a browser.
import { setTimeout as delay } from 'node:timers/promises'
import type { Page } from 'playwright-core'

/** As long as the page itself waits before it takes something for missed, and a little more. */
const LOOKED_MS = 8_000

/**
 * How often the page missed something that the server should have told; it looks a last time before it answers, where it
 * has a connection to look over. A page that is closed, or is none of the chat, has missed nothing.
 */
export async function gapsOf(page: Page): Promise<number> {
  await Promise.race([
    page.evaluate(lookAgain).catch(() => undefined),
    delay(LOOKED_MS, undefined, { ref: false }),
  ])
  return await page.evaluate(countGaps).catch(() => 0)
}

// --- Internal helpers ---

async function lookAgain() {
  await window.useNuxtApp?.().$chat?.check()
}

function countGaps() {
  return Number(window.useNuxtApp?.().$pinia.state.value['debug']?.['gaps'] ?? 0)
}
