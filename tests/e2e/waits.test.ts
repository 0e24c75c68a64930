// Waiting: nothing for a moment, then skeletons, then words; and a button where it failed.
import type { WebSocketRoute } from 'playwright-core'
import { expect, test } from 'vitest'
import { listRow, openConversation, openPage, shows } from '#rufer/tests/helpers/chat-page.ts'
import { writeHistory } from '#rufer/tests/helpers/history.ts'
import { meet, UNHURRIED } from '#rufer/tests/helpers/people.ts'
import { messagesOf, seqsOf } from '#rufer/tests/helpers/scrolling.ts'
import { openSite, startDemo } from '#rufer/tests/helpers/site.ts'

const { browser, server } = await openSite(() => startDemo(UNHURRIED))

test('messages that take their time are skeletons, then words, then there', async () => {
  const { alice, bob, conversationId } = await meet(server)
  await bob.say({ conversationId }, 'Hello')
  const { page, wire } = await open(`userId=${alice.userId}`)
  await listRow(page, bob.userId).waitFor()
  wire.holding = ['message.list']
  await listRow(page, bob.userId).click()
  const skeleton = messagesOf(page).locator('.skeleton')
  await skeleton.waitFor()
  await page.clock.runFor(2_000)
  await skeleton.getByText('Still loading…').waitFor()
  wire.release()
  await shows(page, ['Hello'])
  expect(await skeleton.count()).toBe(0)
})

test('a conversation on its way is skeletons; where it cannot be had, Retry brings it', async () => {
  const { alice, bob, conversationId } = await meet(server)
  await bob.say({ conversationId }, 'Hello')
  const { page, wire } = await open(`userId=${alice.userId}`)
  await listRow(page, bob.userId).waitFor()
  wire.refusing = 'conversation.get'
  wire.holding = ['conversation.list']
  await page.goto(`${server.url}/chat?userId=${alice.userId}&chatId=${conversationId}`)
  await page.getByRole('heading', { name: 'Could not load the conversation' }).waitFor()
  expect(await page.getByRole('link', { name: 'Back to conversations' }).count()).toBe(1)
  wire.refusing = undefined
  // the list would bring it as well, if it came only now
  wire.holding = ['conversation.list', 'conversation.get']
  await page.getByRole('button', { name: 'Retry' }).click()
  await page.getByRole('main').locator('.skeleton').waitFor()
  wire.release()
  await shows(page, ['Hello'])
})

test('older messages that could not be loaded are said so, and Retry brings them', async () => {
  const { alice, conversationId } = await writeHistory(server, 120)
  const wire = createWire()
  const page = await openConversation(browser, server, {
    userId: alice,
    conversationId,
    prepare: (opened) => opened.routeWebSocket('**/ws', wire.join),
  })
  await expect.poll(async () => (await seqsOf(page)).length).toBe(50)
  wire.refusing = 'message.list'
  await messagesOf(page).evaluate((scroller) => (scroller.scrollTop = -scroller.scrollHeight))
  await messagesOf(page).getByText('Could not load older messages').waitFor()
  wire.refusing = undefined
  await messagesOf(page).getByRole('button', { name: 'Retry' }).click()
  await expect.poll(async () => (await seqsOf(page)).length).toBe(100)
  expect(await page.getByText('Could not load').count()).toBe(0)
})

test('a list that could not be loaded is said so, and Retry brings it', async () => {
  const { alice, bob } = await meet(server)
  const { page, wire } = await open(`userId=${alice.userId}`, 'conversation.list')
  await page.getByText('Could not load the conversations').waitFor()
  wire.refusing = undefined
  await page.getByRole('navigation').getByRole('button', { name: 'Retry' }).click()
  await listRow(page, bob.userId).waitFor()
  expect(await page.getByText('Could not load').count()).toBe(0)
})

/** A page whose clock can be turned, and whose answers are in the hands of the test. */
async function open(query: string, refusing?: string) {
  const wire = createWire()
  wire.refusing = refusing
  const page = await openPage(browser, `${server.url}/chat?${query}`, {
    async prepare(opened) {
      await opened.routeWebSocket('**/ws', wire.join)
      await opened.clock.install()
    },
  })
  return { page, wire }
}

/** Replies that are held back, or errors in place of them. */
function createWire() {
  const held: (() => void)[] = []
  const methodOf = new Map<number, string>()
  const wire = {
    /** the methods whose replies do not get through until `release` */
    holding: [] as string[],
    /** the method that is answered with an error that does not pass */
    refusing: undefined as string | undefined,
    release() {
      wire.holding = []
      for (const send of held.splice(0)) send()
    },
    join: (route: WebSocketRoute) => {
      const upstream = route.connectToServer()
      route.onMessage((text) => {
        const { id, method } = JSON.parse(String(text))
        methodOf.set(id, method)
        if (method !== wire.refusing) return upstream.send(text)
        const error = { code: 'internal', message: 'unable to answer; told so', retryable: false }
        route.send(JSON.stringify({ id, error }))
      })
      upstream.onMessage((text) => {
        const { id } = JSON.parse(String(text))
        if (wire.holding.includes(methodOf.get(id) ?? '')) held.push(() => route.send(text))
        else route.send(text)
      })
    },
  }
  return wire
}
