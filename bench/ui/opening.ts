// Opening: a conversation of very many messages beside one of few, and a list of very many beside one of few.
import type { Page } from 'playwright-core'
import { median } from '#rufer/bench/statistics.ts'
import type { Figure } from './figure.ts'
import { SHORT } from './filled.ts'
import type { Stage } from './stage.ts'

export async function measureOpening(stage: Stage, rounds: number): Promise<Figure[]> {
  const times: { long: number; short: number }[] = []
  const requests: Record<string, number>[] = []
  for (let round = 0; round < rounds; round++) {
    const [long, short] = [await openOnce(stage, 'long'), await openOnce(stage, 'short')]
    times.push({ long: long.ms, short: short.ms })
    requests.push(long.requests)
  }
  const most = (method: string) => Math.max(...requests.map((all) => all[method] ?? 0))
  return [
    {
      name: `click to first row, ${stage.amounts.messages} messages to ${SHORT}`,
      value: median(times.map(({ long }) => long)) / median(times.map(({ short }) => short)),
      goal: 1.3,
      unit: 'x',
    },
    { name: 'pages asked for meanwhile', value: most('message.list'), goal: 1 },
    { name: 'receipts sent meanwhile', value: most('receipt.update'), goal: 1 },
  ]
}

/** From the beginning of the page's load to the first row of its list. */
export async function measureListOpening(stage: Stage, rounds: number): Promise<Figure[]> {
  const times: { many: number; few: number }[] = []
  for (let round = 0; round < rounds; round++)
    times.push({ many: await listOnce(stage, 'many'), few: await listOnce(stage, 'few') })
  return [
    {
      name: `load to first row, ${stage.amounts.conversations} conversations to ${SHORT}`,
      value: median(times.map(({ many }) => many)) / median(times.map(({ few }) => few)),
      goal: 1.3,
      unit: 'x',
    },
  ]
}

// --- Internal helpers ---

/** For requests that would follow the first row. */
const AFTERWARDS_MS = 1_000

async function openOnce(stage: Stage, peer: string) {
  const page = await stage.open('reader')
  const requests: Record<string, number> = {}
  page.on('websocket', (socket) =>
    socket.on('framesent', ({ payload }) => {
      const { method } = JSON.parse(String(payload))
      requests[method] = (requests[method] ?? 0) + 1
    }),
  )
  await page.reload()
  await page.locator('[data-id]').first().waitFor()
  const link = page.getByRole('link', { name: peer })
  const ms = await link.evaluate(async (element) => {
    const from = performance.now()
    if (element instanceof HTMLElement) element.click()
    while (!document.querySelector('[data-seq]')) await new Promise(requestAnimationFrame)
    return performance.now() - from
  })
  await page.waitForTimeout(AFTERWARDS_MS)
  await page.close()
  return { ms, requests }
}

async function listOnce(stage: Stage, userId: string): Promise<number> {
  const page = await stage.open(userId)
  await page.addInitScript(noteFirstRow)
  // Again, with everything in the cache: what is compared is the list, not the server's files.
  await page.reload()
  const ms = await firstRowOf(page)
  await page.close()
  return ms
}

async function firstRowOf(page: Page): Promise<number> {
  const at = await page.waitForFunction(() => performance.getEntriesByName('first row')[0]?.startTime)
  return Number(await at.jsonValue())
}

/** Runs in the page. */
function noteFirstRow() {
  const watch = new MutationObserver(() => {
    if (!document.querySelector('[data-id]')) return
    performance.mark('first row')
    watch.disconnect()
  })
  watch.observe(document, { childList: true, subtree: true })
}
