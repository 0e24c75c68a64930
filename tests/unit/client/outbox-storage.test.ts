// The outbox over reloads and among pages: nothing unsent is lost, nothing is sent by two, and what is not kept says so.
import { expect, it, vi } from 'vitest'
import type { Outbox } from '#rufer/client/outbox.ts'
import { RequestError } from '#rufer/client/request-error.ts'
import { anOutbox, states } from '../../helpers/an-outbox.ts'
import { createBrowser, type BrowserPage } from '../../helpers/browser-pages.ts'

const refused = new RequestError('text-too-long', {
  message: 'unable to send message; too long',
  retryable: false,
})
/** More than a fifth of what is kept. */
const LONG = 'x'.repeat(300_000)

it('goes on after a reload with what was unsent, before what was typed since, under the same ids', async () => {
  const browser = createBrowser()
  const page = browser.openPage()
  const first = anOutbox({ a: [refused] }, page)
  await first.outbox.load('alice')
  first.outbox.open()
  first.type('a')
  first.outbox.hold()
  for (const id of ['b', 'c']) first.type(id)
  await vi.waitFor(() => expect(states(first.outbox)).toEqual({ a: 'failed', b: 'sending', c: 'sending' }))
  page.close()

  const second = anOutbox({}, browser.openPage())
  second.type('d')
  await second.outbox.load('alice')
  expect(second.outbox.rows.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd'])
  expect(second.outbox.rows[0]).toMatchObject({
    text: 'text of a',
    state: 'failed',
    error: { code: refused.code },
  })
  second.outbox.open()
  await vi.waitFor(() => expect(second.sent).toEqual(['b', 'c', 'd']))
  second.outbox.remove('a')
  expect(browser.items.size).toBe(0)
})

it('is kept over as many reloads as there are, without a connection', async () => {
  const browser = createBrowser()
  for (const id of ['a', 'b', 'c']) {
    const page = browser.openPage()
    const { outbox, type } = anOutbox({}, page)
    await outbox.load('alice')
    type(id)
    page.close()
  }
  const { outbox } = anOutbox({}, browser.openPage())
  await outbox.load('alice')
  expect(states(outbox)).toEqual({ a: 'sending', b: 'sending', c: 'sending' })
  expect(browser.items.size).toBe(1)
})

it('leaves what an open page has to that page, and takes it over when the page ends', async () => {
  const browser = createBrowser()
  const [page, otherPage] = [browser.openPage(), browser.openPage()]
  const one = anOutbox({}, page)
  const other = anOutbox({}, otherPage)
  await one.outbox.load('alice')
  await other.outbox.load('alice')
  for (const id of ['a', 'b']) one.type(id)
  other.type('c')
  other.outbox.open()
  await other.outbox.load('alice')
  await vi.waitFor(() => expect(other.sent).toEqual(['c']))
  expect(states(one.outbox)).toEqual({ a: 'sending', b: 'sending' })

  page.close()
  await other.outbox.load('alice')
  await vi.waitFor(() => expect(other.sent).toEqual(['c', 'a', 'b']))
  expect(browser.items.size).toBe(0)
})

it('is taken over by one of the others alone', async () => {
  const browser = createBrowser()
  const page = browser.openPage()
  const one = anOutbox({}, page)
  await one.outbox.load('alice')
  for (const id of ['a', 'b']) one.type(id)
  const others = [1, 2, 3].map(() => anOutbox({}, browser.openPage()))
  for (const { outbox } of others) {
    await outbox.load('alice')
    outbox.open()
  }
  page.close()
  await Promise.all(others.map(({ outbox }) => outbox.load('alice')))
  await vi.waitFor(() => expect(others.flatMap(({ sent }) => sent)).toEqual(['a', 'b']))
  expect(others.filter(({ sent }) => sent.length > 0)).toHaveLength(1)
})

it('keeps the rows of different users apart, also where one’s id begins with the other’s', async () => {
  const browser = createBrowser()
  const pages = ['bob', 'bob:x', 'bob.b'].map((userId) => ({ userId, page: browser.openPage() }))
  for (const { userId, page } of pages) {
    const { outbox, type } = anOutbox({}, page)
    await outbox.load(userId)
    type(`of ${userId}`)
    page.close()
  }
  for (const { userId } of pages) {
    const { outbox } = anOutbox({}, browser.openPage())
    await outbox.load(userId)
    expect(states(outbox)).toEqual({ [`of ${userId}`]: 'sending' })
  }
})

it('without locks takes up what is there when the page begins, and only then', async () => {
  const browser = createBrowser()
  const { storage } = browser.openPage()
  const one = anOutbox({}, { storage })
  await one.outbox.load('alice')
  one.type('a')
  const other = anOutbox({}, { storage })
  await other.outbox.load('alice')
  expect(states(other.outbox)).toEqual({ a: 'sending' })
  one.type('b')
  await other.outbox.load('alice')
  expect(states(other.outbox)).toEqual({ a: 'sending' })
})

it('forgets everything of the user on signing out, in all pages, and nothing of others', async () => {
  const browser = createBrowser()
  const [one, other, bobs] = ['alice', 'alice', 'bob'].map(() => anOutbox({}, browser.openPage()))
  for (const [page, userId] of [
    [one, 'alice'],
    [other, 'alice'],
    [bobs, 'bob'],
  ] as const) {
    await page?.outbox.load(userId)
    page?.type(`${userId} ${browser.items.size}`)
  }
  one?.outbox.clear()
  expect(one?.outbox.rows).toEqual([])
  expect([...browser.items.keys()]).toEqual([expect.stringMatching(/^rufer:outbox:bob\//)])
})

it('loses nothing where the storage is full, says so, and keeps again as soon as there is room', async () => {
  const browser = createBrowser()
  const { outbox, type, unkept, sent } = anOutbox({}, browser.openPage())
  await outbox.load('alice')
  browser.limit(500)
  type('a')
  type('b', 'x'.repeat(500))
  type('c')
  expect(keptIn(outbox)).toEqual({ a: true, b: false, c: false })
  expect(unkept).toEqual(['QuotaExceededError: full'])
  const next = anOutbox({}, browser.openPage())
  await next.outbox.load('alice')
  expect(states(next.outbox)).toEqual({})

  outbox.remove('b')
  expect(keptIn(outbox)).toEqual({ a: true, c: true })
  type('d', 'x'.repeat(500))
  expect(unkept).toHaveLength(2)
  outbox.open()
  await vi.waitFor(() => expect(sent).toEqual(['a', 'c', 'd']))
})

it('works where storage is blocked, and says so', async () => {
  const { outbox, type, unkept, sent } = anOutbox({}, { storage: blocked })
  await outbox.load('alice')
  type('a')
  expect(keptIn(outbox)).toEqual({ a: false })
  expect(unkept).toEqual(['SecurityError: denied'])
  outbox.open()
  await vi.waitFor(() => expect(sent).toEqual(['a']))
})

it.each(['{spoilt', '"no list"', '[null, { "id": 7 }, { "id": "x", "text": "no state" }]'])(
  'passes over what it cannot read: %s',
  async (text) => {
    const browser = createBrowser()
    browser.items.set('rufer:outbox:alice/spoilt', text)
    const { outbox, type } = anOutbox({}, browser.openPage())
    await outbox.load('alice')
    type('a')
    expect(states(outbox)).toEqual({ a: 'sending' })
    expect([...browser.items.keys()]).toEqual([expect.not.stringContaining('spoilt')])
  },
)

it('keeps no more than a part of what the browser gives, the first typed, and the rest in memory', async () => {
  const browser = createBrowser()
  const page = browser.openPage()
  const { outbox, type, unkept } = anOutbox({}, page)
  await outbox.load('alice')
  for (const id of ['a', 'b', 'c', 'd', 'e']) type(id, LONG)
  expect(keptIn(outbox)).toEqual({ a: true, b: true, c: true, d: false, e: false })
  expect(unkept).toHaveLength(1)
  expect(await idsAfter(browser.openPage, page)).toEqual(['a', 'b', 'c'])
})

it('keeps under the old name what there is no room for under the own one', async () => {
  const browser = createBrowser()
  const page = browser.openPage()
  const one = anOutbox({}, page)
  const otherPage = browser.openPage()
  const other = anOutbox({}, otherPage)
  await one.outbox.load('alice')
  await other.outbox.load('alice')
  for (const id of ['a', 'b']) one.type(id, LONG)
  for (const id of ['c', 'd']) other.type(id, LONG)
  page.close()
  await other.outbox.load('alice')
  expect(other.outbox.rows.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd'])
  other.outbox.open()
  await vi.waitFor(() => expect(other.outbox.rows).toEqual([]))
  expect(browser.items.size).toBe(0)
})

function blocked(): never {
  throw new DOMException('denied', 'SecurityError')
}

function keptIn(outbox: Outbox): Record<string, boolean> {
  return Object.fromEntries(outbox.rows.map(({ id, isKept }) => [id, isKept]))
}

/** What the next page has, once that one has ended. */
async function idsAfter(openPage: () => BrowserPage, ended: BrowserPage): Promise<string[]> {
  ended.close()
  const { outbox } = anOutbox({}, openPage())
  await outbox.load('alice')
  return outbox.rows.map(({ id }) => id)
}
