// The stage: the production build with a filled store, a browser, and every error that a page of it told of.
import { rm } from 'node:fs/promises'
import { chromium, type Page } from 'playwright-core'
import { findOrInstallChromium } from '#rufer/scripts/chromium.ts'
import { UNHURRIED } from '#rufer/tests/helpers/people.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'
import { fill, type Amounts } from './filled.ts'

type Kind = 'usual' | 'unpaced' | 'uncompiled'

export interface Stage {
  server: TestServer
  amounts: Amounts
  errors: string[]
  /**
   * In a profile of its own.
   *
   * @param kind of the browser: as everybody's; "unpaced", which draws a change without the wait of up to 16 ms for the
   *   display's next frame; or "uncompiled", whose memory holds no machine code, which is more the longer a page is used
   */
  open(userId: string, kind?: Kind): Promise<Page>
  close(): Promise<void>
}

export async function openStage(amounts: Amounts): Promise<Stage> {
  const env = { RUFER_DEMO: 'true', RUFER_SQLITE_SYNC: 'normal', ...UNHURRIED, ...UNLIMITED }
  const server = await startServer({ env })
  await server.signal('SIGTERM')
  await rm(server.dataDir, { recursive: true })
  await fill(server.dataDir, amounts)
  await server.restart()
  const browsers = {
    usual: await launch(),
    unpaced: await launch('--disable-frame-rate-limit'),
    uncompiled: await launch('--js-flags=--jitless'),
  }
  const errors: string[] = []
  return {
    server,
    amounts,
    errors,
    async open(userId, kind = 'usual') {
      const page = await browsers[kind].newPage({ viewport: { width: 1280, height: 800 } })
      page.on('pageerror', (error) => errors.push(String(error)))
      page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
      await page.goto(`${server.url}/chat?userId=${userId}`)
      await page.locator('[data-id]').first().waitFor()
      return page
    },
    async close() {
      await Promise.all(Object.values(browsers).map((browser) => browser.close()))
      await server.stop()
    },
  }
}

/** Opens a conversation by the name of its peer, and waits for its messages. */
export async function enter(page: Page, peer: string): Promise<void> {
  await page.getByRole('link', { name: peer }).click()
  await page.getByRole('textbox', { name: `Message to ${peer}` }).waitFor()
  if (peer !== 'none') await page.locator('[data-seq]').first().waitFor()
}

/** Bytes that the page's scripts hold, after all that could be freed was. */
export async function heapOf(page: Page): Promise<number> {
  const devtools = await page.context().newCDPSession(page)
  // What only weak references held goes with the second.
  for (const _ of [1, 2]) await devtools.send('HeapProfiler.collectGarbage')
  const { usedSize } = await devtools.send('Runtime.getHeapUsage')
  await devtools.detach()
  return usedSize
}

// --- Internal helpers ---

function launch(...args: string[]) {
  return chromium.launch({
    executablePath: findOrInstallChromium(),
    args: ['--enable-precise-memory-info', ...args],
  })
}

const UNLIMITED = { RUFER_LIMIT_TOKENS_PER_MINUTE: '0', RUFER_LIMIT_UPGRADES_PER_SECOND: '0' }
