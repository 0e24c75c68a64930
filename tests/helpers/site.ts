// The site of a file of browser tests: the browser, and a server that is the file's own from here to its end.
import type { Browser } from 'playwright-core'
import { afterAll } from 'vitest'
import { closePages, openBrowser } from './chat-page.ts'
import { startServer, type TestServer } from './server.ts'

/** To be waited for at the top of a file; without a way to start a server given it is a demo. */
export async function openSite(
  start: () => Promise<TestServer> = startDemo,
): Promise<{ browser: Browser; server: TestServer }> {
  const browser = await openBrowser()
  const server = await openServer(start)
  // of what is told here the last is done first
  afterAll(() => closePages(browser))
  return { browser, server }
}

/** A further server, such as one where one signs in. */
export async function openServer(start: () => Promise<TestServer> = startServer): Promise<TestServer> {
  const server = await start()
  afterAll(() => server.stop())
  return server
}

/** A server that shows its chat to everybody, with further settings. */
export function startDemo(settings: Record<string, string> = {}): Promise<TestServer> {
  return startServer({ env: { RUFER_DEMO: 'true', ...settings } })
}
