// A stage: a server with a history, one browser page on it, and other people who are there too.
import { rm } from 'node:fs/promises'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { ChatClient } from '#rufer/client/chat-client.ts'
import { issueToken } from '../api.ts'
import { startServer, type TestServer } from '../server.ts'
import { writeHistory } from './history.ts'

/** What a page is looked at with. */
export const views = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
  /** a desktop whose browser zooms to 200 % */
  zoomed: { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 },
  narrow: { viewport: { width: 320, height: 640 } },
  forced: { viewport: { width: 1280, height: 800 }, forcedColors: 'active' },
} satisfies Record<string, BrowserContextOptions>
export type View = keyof typeof views

export interface Stage {
  server: TestServer
  page: Page
  /** What is done once the page is closed, the latest first. */
  undo: (step: () => Promise<void> | void) => void
}

/** A state of the chat page that people get to see. */
export interface ChatState {
  name: string
  /** what it is worth looking at with */
  on: readonly View[]
  /** Brings it about by real means; resolves once it is shown. */
  show(stage: Stage): Promise<void>
}

/** Starts a demo server on which Alice has talked with many people for days. */
export async function startWithHistory(): Promise<TestServer> {
  const server = await startServer({ env: { RUFER_DEMO: 'true', ...UNHURRIED } })
  await server.signal('SIGTERM')
  // What the demo made at its start is of today, and nothing can be said before that.
  await rm(server.dataDir, { recursive: true })
  await writeHistory(server.dataDir)
  await server.restart()
  return server
}

interface Setting {
  browser: Browser
  server: TestServer
  view: View
  options?: BrowserContextOptions
}

/** Shows a state on a page of its own, gives the page to `look`, and leaves the server as it was. */
export async function onStage(
  state: ChatState,
  { browser, server, view, options }: Setting,
  look: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({ ...STILL, ...views[view], ...options })
  const steps: (() => Promise<void> | void)[] = []
  try {
    const page = await context.newPage()
    await state.show({ server, page, undo: (step) => steps.push(step) })
    await look(page)
  } finally {
    await context.close()
    for (const step of steps.toReversed()) await step()
  }
}

/** Opens the chat of a user, and the conversation with somebody of that name. */
export async function openChat({ server, page }: Stage, peer: string | RegExp, more = ''): Promise<void> {
  await page.goto(`${server.url}/chat?userId=alice${more}`)
  await page.getByRole('link', { name: peer }).click()
  await page.getByRole('textbox', { name: 'Message to' }).waitFor()
  // What the pointer is on shows what can be done with it.
  await page.mouse.move(0, 0)
  await page.getByRole('article').or(page.getByText('Say hello')).first().waitFor()
}

/** Somebody else comes online, and stays until the state is over. */
export async function join({ server, undo }: Stage, userId: string): Promise<ChatClient> {
  const client = new ChatClient({
    url: `${server.wsUrl}/ws`,
    WebSocket,
    getToken: async () => ({ token: await issueToken(server, userId) }),
  })
  undo(() => client.close())
  const isLive = new Promise<void>((resolve) => {
    client.on('status', ({ state }) => state === 'live' && resolve())
  })
  client.connect()
  await isLive
  return client
}

/** Lets the server hear nothing and say nothing, as over a network that hangs. What it was sent meanwhile is lost. */
export function hang({ server, undo }: Stage): void {
  server.process.kill('SIGSTOP')
  undo(() => bringBack(server))
}

/** Ends the server: at once, as a crash does, or after telling everybody. */
export async function end({ server, undo }: Stage, how: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  undo(() => bringBack(server))
  await server.signal(how)
}

// --- Internal helpers ---

/** Nothing is seen half-way between two looks. */
const STILL = { locale: 'en-GB', timezoneId: 'UTC', reducedMotion: 'reduce' } as const

const UNHURRIED = {
  RUFER_LIMIT_REQUESTS_PER_SECOND: '0',
  RUFER_LIMIT_MESSAGES_PER_SECOND: '0',
  RUFER_LIMIT_TOKENS_PER_MINUTE: '0',
  RUFER_LIMIT_UPGRADES_PER_SECOND: '0',
}

async function bringBack(server: TestServer) {
  await server.signal('SIGKILL')
  await server.restart()
}
