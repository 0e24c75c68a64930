// The ways into the chat page, and what it says where there is none.
import { expect, test } from 'vitest'
import { register } from '#rufer/tests/helpers/api.ts'
import { openChat, openPage } from '#rufer/tests/helpers/chat-page.ts'
import { signInUrl } from '#rufer/tests/helpers/sign-in.ts'
import { openServer, openSite } from '#rufer/tests/helpers/site.ts'

const closed = await openServer()
const { browser, server: demo } = await openSite()

test('the front page leads to the chat of a demo user', async () => {
  const page = await openPage(browser, demo.url)
  const warning = page.getByText('Demo mode: anybody may act as anybody.')
  await warning.waitFor()
  await page.getByRole('link', { name: 'Chat as Alice' }).click()
  await page.getByRole('link', { name: 'Bob Johnson' }).waitFor()
  await expect.poll(() => page.title()).toBe('Rufer')
  await warning.waitFor()
})

test.each([
  ['an unknown user', '/chat?userId=zed', 'Unknown user'],
  ['a user id that is none', '/chat?userId=%21', 'Unknown user'],
  ['nobody named', '/chat', 'Who are you?'],
])('in demo mode: %s', async (_, path, heading) => {
  const page = await openPage(browser, demo.url + path)
  await page.getByRole('heading', { name: heading }).waitFor()
  await page.getByRole('link', { name: 'Continue as Bob' }).click()
  await expect.poll(() => page.getByRole('link', { name: 'Alice Smith' }).count()).toBe(1)
})

test('without demo mode one signs in first, whatever the address says', async () => {
  const page = await openPage(browser, `${closed.url}/chat?userId=alice`)
  await expect.poll(() => page.getByRole('heading').textContent()).toBe('Sign in needed')
})

test('the address names the open conversation, and the back button leaves it', async () => {
  const page = await openChat(browser, demo, { userId: 'alice', peer: 'Bob Johnson' })
  const address = page.url()
  expect(address).toContain('chatId=')
  await page.goBack()
  await page.getByText('Choose a conversation').waitFor()
  await page.goto(address)
  await page.getByRole('textbox', { name: 'Message to Bob Johnson' }).waitFor()
  await page.goto(`${demo.url}/chat?userId=alice&chatId=none`)
  await page.getByText('There is no such conversation').waitFor()
})

test('a new conversation tells why it cannot begin', async () => {
  const page = await openPage(browser, `${demo.url}/chat?userId=alice`)
  // the page is shown before it is connected, and says so where one is that quick
  await page.getByRole('link', { name: 'Bob Johnson' }).waitFor()
  await page.getByRole('button', { name: 'New conversation' }).click()
  const field = page.getByRole('textbox', { name: 'User id' })
  const error = page.getByRole('dialog').getByRole('alert')
  async function tellsOf(id: string, reason: string) {
    await field.fill(id)
    await field.press('Enter')
    await expect.poll(() => error.textContent()).toBe(reason)
  }
  await tellsOf('bo', 'There is no user bo')
  await tellsOf('alice', 'That is you')
  await tellsOf('not an id', '“not an id” cannot be a user id')
  await field.fill('bob')
  await field.press('Enter')
  await page.getByRole('textbox', { name: 'Message to Bob Johnson' }).waitFor()
})

test('a sign-in link signs the browser in at the click, once, and no script gets hold of that', async () => {
  await register(closed, 'alice')
  const link = await signInUrl(closed, 'alice')
  const page = await openPage(browser, link.href)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('No conversations yet').waitFor()
  expect(page.url()).toBe(`${closed.url}/chat`)
  expect(await page.evaluate(() => document.cookie)).toBe('')
  await page.goto(link.href)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'This link cannot be used' }).waitFor()
})

test('a page of another origin can neither click for the user nor ask in their name', async () => {
  await register(closed, 'alice')
  const link = await signInUrl(closed, 'alice')
  const page = await openPage(browser, (await signInUrl(closed, 'alice')).href)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('No conversations yet').waitFor()

  const fields = `<input name="code" value="${link.searchParams.get('code')}"><button>Win</button>`
  for (const path of ['/sign-in', '/api/session-token', '/api/sign-out']) {
    const body = `<form method="post" action="${closed.url}${path}">${fields}</form>`
    const target = `http://evil.example${path}`
    await page.route(target, (route) => route.fulfill({ contentType: 'text/html', body }))
    await page.goto(target)
    const [answer] = await Promise.all([
      page.waitForResponse(`${closed.url}${path}`),
      page.getByRole('button', { name: 'Win' }).click(),
    ])
    expect([path, answer.status()]).toEqual([path, 403])
  }
  await page.goto(`${closed.url}/chat`)
  await page.getByText('No conversations yet').waitFor()
  // the link is still good for the one it was sent to
  await page.goto(link.href)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('No conversations yet').waitFor()
})
