// The back ends of the examples, in either language: who signs in is registered and gets tokens, who signs out is shut out.
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectWith } from '#rufer/tests/helpers/client.ts'
import { callApi } from '#rufer/tests/helpers/api.ts'
import { closePages, openBrowser } from '#rufer/tests/helpers/chat-page.ts'
import { EXAMPLES, hasCommand, startProgram } from '#rufer/tests/helpers/examples.ts'
import { freePort } from '#rufer/tests/helpers/free-port.ts'
import { SECRET_KEY, startServer, type TestServer } from '#rufer/tests/helpers/server.ts'

const PYTHON = ['python3', 'python'].find(hasCommand)
const BACK_ENDS = [
  { language: 'node', command: process.execPath, file: 'backend/node/server.js' },
  { language: 'python', command: PYTHON, file: 'backend/python/server.py' },
]

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => closePages(browser))

describe.each(BACK_ENDS)('$language', ({ command, file }) => {
  let server: TestServer
  let port: number
  beforeAll(async () => {
    port = await freePort()
    server = await startServer({ env: { RUFER_ALLOWED_ORIGINS: `http://localhost:${port}` } })
  })
  afterAll(() => server.stop())

  /** Starts it, and gives its address. */
  async function start() {
    if (command === undefined) throw new Error('there is no python3 here')
    const env = { PORT: String(port), RUFER_URL: server.url, RUFER_SECRET_KEY: SECRET_KEY }
    return await startProgram(command, [join(EXAMPLES, file)], { env }).line()
  }

  test.skipIf(command === undefined)('registers, hands out tokens, revokes', async () => {
    const url = await start()
    const post = (path: string, body: object, headers: Record<string, string> = {}) =>
      fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      })
    const signedIn = await post('/sign-in', { userId: 'carol', displayName: 'Carol Jones' })
    const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    expect(cookie).toMatch(/^session=[\w-]{32,}$/)
    expect((await post('/token', {})).status).toBe(403)
    const { token } = (await (await post('/token', {}, { cookie })).json()) as { token: string }
    const carol = await connectWith(server, { userId: 'carol', token })
    expect(await carol.request('user.get', { userId: 'carol' })).toEqual({
      user: { userId: 'carol', displayName: 'Carol Jones' },
    })
    const signedOut = await post('/sign-out', {}, { cookie })
    expect(await signedOut.json()).toEqual({ closed: 1 })
    expect(await carol.closed).toBe(4401)
    expect((await post('/token', {}, { cookie })).status).toBe(403)
    expect((await post('/nowhere', {})).status).toBe(403)
    expect((await fetch(`${url}/nowhere`)).status).toBe(404)
    // a form of another site is told nothing
    expect((await fetch(`${url}/sign-in`, { method: 'POST', body: 'userId=x' })).status).toBe(404)
  })

  test.skipIf(command === undefined)('the chat in one HTML file works with it, in a browser', async () => {
    const url = await start()
    await callApi(server, 'POST /api/users/register', { body: { userId: 'bob', displayName: 'Bob' } })
    const signIn = async (userId: string, peer: string) => {
      const page = await (await browser.newContext()).newPage()
      page.on('pageerror', (error) => expect.unreachable(error.message))
      await page.goto(url)
      await page.getByLabel('Your id').fill(userId)
      await page.getByLabel('Your name').fill(`Name of ${userId}`)
      await page.getByLabel('Talk to').fill(peer)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByText('live').waitFor()
      return page
    }
    const alice = await signIn('alice', 'bob')
    const bob = await signIn('bob', 'alice')
    const say = async (page: typeof alice, text: string) => {
      await page.getByLabel('Message', { exact: true }).fill(text)
      await page.getByRole('button', { name: 'Send' }).click()
    }
    await say(alice, '<b>hello</b>')
    await bob.locator('li', { hasText: '<b>hello</b>' }).waitFor()
    await alice.locator('li[data-state=read]', { hasText: '<b>hello</b>' }).waitFor()
    // key after key, for the sign ends by itself before a busy machine has looked
    await expect
      .poll(
        async () => {
          await bob.getByLabel('Message', { exact: true }).press('h')
          return await alice.getByText('bob is typing …').count()
        },
        { timeout: 30_000 },
      )
      .toBe(1)
    await say(bob, 'hi')
    await alice.locator('li', { hasText: 'hi' }).waitFor()
    // offline: what is typed is sent once the network is back
    await alice.context().setOffline(true)
    await say(alice, 'from the tunnel')
    await alice.context().setOffline(false)
    await bob.locator('li', { hasText: 'from the tunnel' }).waitFor()
    expect(await bob.locator('li').allTextContents()).toEqual(['<b>hello</b>', 'hi', 'from the tunnel'])
    await alice.getByRole('button', { name: 'Sign out' }).click()
    await alice.getByText('closed').waitFor()
    await Promise.all([alice.context().close(), bob.context().close()])
  })
})
