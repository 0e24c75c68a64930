// Sessions at the end of their time: a token ends with the browser session it came from, signing out works after it.
import { expect, onTestFinished, test } from 'vitest'
import type { Clock } from '#rufer/server/clock.ts'
import { parseConfig } from '#rufer/server/config.ts'
import { createCounters } from '#rufer/server/counters.ts'
import { BROWSER_SESSION_MS, createSessionsService } from '#rufer/server/services/sessions.ts'
import type { Signals } from '#rufer/server/services/signals.ts'
import { openSqliteStore } from '#rufer/server/store/sqlite/open.ts'
import { SECRET_KEY } from '#rufer/tests/helpers/server.ts'
import { makeFolder } from '../store/sqlite/harness.ts'

const TTL_MS = 900_000

test('a token lives its time, but never longer than the browser session it came from', async () => {
  const { sessions, turn, browser, instant } = await signIn()
  expect(await sessions.issueToken('alice', browser)).toMatchObject({ expiresAt: instant(TTL_MS) })
  turn(BROWSER_SESSION_MS - 60_000)
  const last = await sessions.issueToken('alice', browser)
  expect(last.expiresAt).toBe(browser.expiresAt)
  expect(await sessions.issueToken('alice')).toMatchObject({ expiresAt: instant(TTL_MS) })
  turn(60_000)
  expect(await sessions.findToken(last.value)).toBeUndefined()
  await expect(sessions.issueToken('alice', browser)).rejects.toMatchObject({ code: 'sign-in-required' })
})

test('signing out writes once, and always closes what was opened from the session', async () => {
  const { sessions, cookie, browser, writes, ended } = await signIn()
  await sessions.signOut(cookie)
  expect([writes, ended]).toEqual([[browser.hash], [browser.hash]])
  await sessions.signOut(cookie)
  expect([writes, ended]).toEqual([[browser.hash], [browser.hash, browser.hash]])
})

test('signing out of a session that has expired writes nothing, and closes what was opened from it', async () => {
  const { sessions, turn, cookie, browser, writes, ended } = await signIn()
  turn(BROWSER_SESSION_MS)
  await sessions.signOut(cookie)
  expect([writes, ended]).toEqual([[], [browser.hash]])
})

// --- Internal helpers ---

/** Sessions of alice, who has a browser session; what voids secrets is noted, and which sessions are told to have ended. */
async function signIn() {
  const store = await openSqliteStore({ dataDir: await makeFolder(), sqliteSync: 'normal' })
  onTestFinished(() => store.close())
  let now = Date.UTC(2026, 0, 1)
  const instant = (afterMs = 0) => new Date(now + afterMs).toISOString()
  const clock: Clock = { instant, monotonicMs: () => now }
  const writes: unknown[] = []
  const ended: unknown[] = []
  const endSessions = (which: object) => ended.push(...Object.values(which))
  const sessions = createSessionsService({
    store: {
      ...store,
      voidSecrets: (which) => {
        writes.push(...Object.values(which))
        return store.voidSecrets(which)
      },
    },
    clock,
    signals: {
      sessionsEnded: async (which) => endSessions(which),
      sessionsEndedHere: endSessions,
    } as Signals,
    counters: createCounters(),
    log: { info: () => {} },
    config: parseConfig({ RUFER_SECRET_KEY: SECRET_KEY }, { isDev: false }),
  })
  await store.putUser({ userId: 'alice', displayName: 'Alice' }, instant())
  const { value: code } = await sessions.issueLink('alice')
  const { value: cookie = '' } = (await sessions.signIn(code)) ?? {}
  const browser = await sessions.findBrowser(cookie)
  if (!browser) throw new Error('unable to sign in')
  return { sessions, cookie, browser, writes, ended, instant, turn: (ms: number) => void (now += ms) }
}
