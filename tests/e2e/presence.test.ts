// Online and last seen, as a page shows them, of a user with one window, several, or none left.
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { headerSays, listRow, openConversation, openPage, type Site } from '#rufer/tests/helpers/chat-page.ts'
import { METRICS_TOKEN, readMetrics } from '#rufer/tests/helpers/metrics.ts'
import { hearGone, meet, presencesHeard, type Company } from '#rufer/tests/helpers/people.ts'
import { openServer, openSite, startDemo } from '#rufer/tests/helpers/site.ts'

const LONG_GRACE = pathToFileURL(`${import.meta.dirname}/../helpers/long-grace.ts`).href

/** one that waits longer than the second for those who left: on a busy machine a reload may take as long as that */
const patient = await openServer(() => startDemo({ NODE_OPTIONS: `--import=${LONG_GRACE}` }))
const { browser, server } = await openSite(() => startDemo({ RUFER_METRICS_TOKEN: METRICS_TOKEN }))

test('a user is online until the last window is closed, and was last seen then', async () => {
  const { alice, bob, mallory, conversationId } = await meetWithoutAlice()
  await bob.request('conversation.open', { userId: mallory.userId })
  const bobs = await openConversation(browser, server, { userId: bob.userId, conversationId })
  await headerSays(bobs, 'last seen just now')

  const first = await openList(alice.userId)
  await headerSays(bobs, 'online')
  const second = await openList(alice.userId)
  await listRow(second, bob.userId).getByText('online').waitFor()
  const { rufer_connections: open } = await readMetrics(server)
  await first.close()
  await expect.poll(async () => (await readMetrics(server))['rufer_connections']).toBe((open ?? 0) - 1)
  // Mallory leaves after that window was closed: when she is offline, Alice would have been before.
  await mallory.close()
  await hearGone(bob, mallory.userId)
  const told = [`${alice.userId} offline`, `${alice.userId} online`, `${mallory.userId} offline`]
  expect(presencesHeard(bob)).toEqual(told)
  await headerSays(bobs, 'online')

  await second.close()
  await headerSays(bobs, 'last seen just now')
  await bob.settled()
  expect(presencesHeard(bob)).toEqual([...told, `${alice.userId} offline`])
})

test('a reload does not blink', async () => {
  const { alice, bob, conversationId } = await meet(patient)
  const bobs = await openConversation(browser, patient, { userId: bob.userId, conversationId })
  const page = await openList(alice.userId, patient)
  await listRow(page, bob.userId).getByText('online').waitFor()
  await alice.close()
  await headerSays(bobs, 'online')

  await page.reload()
  await listRow(page, bob.userId).getByText('online').waitFor()
  await bob.settled()
  expect(presencesHeard(bob)).toEqual([])
  await headerSays(bobs, 'online')
})

async function openList(userId: string, site: Site = server): Promise<Page> {
  const page = await openPage(browser, `${site.url}/chat?userId=${userId}`)
  await page.getByText('Chats').waitFor()
  return page
}

/** Alice was there, and has left. */
async function meetWithoutAlice(): Promise<Company> {
  const company = await meet(server)
  await company.alice.close()
  await hearGone(company.bob, company.alice.userId)
  return company
}
