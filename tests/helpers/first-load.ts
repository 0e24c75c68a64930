// The first load of the chat page: what a browser that was never here asks for until a conversation is shown.
import { gzipSync } from 'node:zlib'
import { chromium, type Response } from 'playwright-core'
import { findOrInstallChromium } from '#rufer/scripts/chromium.ts'
import { startServer } from './server.ts'

export interface FirstLoad {
  /** KiB, gzipped */
  js: number
  css: number
  /** of either, fetched while the browser has nothing else to do, for what may be opened later */
  ahead: number
  /** whatever else was asked than the server itself */
  others: string[]
}

/** Opens a conversation of the demo in the production build. */
export async function firstLoad(): Promise<FirstLoad> {
  const server = await startServer({ env: { RUFER_DEMO: 'true' } })
  const browser = await chromium.launch({ executablePath: findOrInstallChromium() })
  try {
    const page = await browser.newPage()
    const responses: Response[] = []
    page.on('response', (response) => responses.push(response))
    await page.goto(`${server.url}/chat?userId=alice`)
    await page.getByRole('link', { name: 'Bob Johnson' }).click()
    await page.getByText('Say hello to Bob').waitFor()
    const others = responses.map((response) => new URL(response.url()).origin)
    const sizeOf = async (kind: Kind) =>
      sum(await Promise.all(responses.filter((response) => kindOf(response) === kind).map(toKiB)))
    return {
      js: await sizeOf('js'),
      css: await sizeOf('css'),
      ahead: await sizeOf('ahead'),
      others: [...new Set(others)].filter((origin) => origin !== server.url),
    }
  } finally {
    await browser.close()
    await server.stop()
  }
}

// --- Internal helpers ---

type Kind = 'js' | 'css' | 'ahead'

function kindOf(response: Response): Kind | undefined {
  const { pathname } = new URL(response.url())
  const isAhead = 'sec-purpose' in response.request().headers()
  if (pathname.endsWith('.js')) return isAhead ? 'ahead' : 'js'
  if (pathname.endsWith('.css')) return isAhead ? 'ahead' : 'css'
  return undefined
}

async function toKiB(response: Response): Promise<number> {
  return gzipSync(await response.body()).length / 1024
}

function sum(sizes: number[]): number {
  return sizes.reduce((total, size) => total + size, 0)
}
