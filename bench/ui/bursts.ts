// Bursts: very many messages a second, while one stands at the end, and while one reads further up.
import type { Page } from 'playwright-core'
import type { ChatClient } from '#rufer/client/chat-client.ts'
import { join } from '#rufer/tests/helpers/chat-states/stage.ts'
import { messagesOf, watchPlace } from '#rufer/tests/helpers/scrolling.ts'
import type { Figure } from './figure.ts'
import { enter, type Stage } from './stage.ts'

const PER_SECOND = 100

export async function measureBursts(stage: Stage, seconds: number): Promise<Figure[]> {
  const page = await stage.open('reader')
  await enter(page, 'long')
  const ends: (() => Promise<void> | void)[] = []
  const peer = await join({ ...stage, page, undo: (end) => ends.push(end) }, 'long')
  const idle = await watchFrames(page, () => page.waitForTimeout(seconds * 500))
  const atEnd = await watchFrames(page, () => burst(peer, seconds))
  await messagesOf(page).evaluate((scroller) => {
    scroller.scrollTop = -2_000
  })
  await page.waitForTimeout(500)
  const end = await watchPlace(page)
  await burst(peer, seconds)
  const { shift } = await end()
  for (const step of ends) await step()
  await page.close()
  return [
    {
      name: `${PER_SECOND} messages/s at the end, distance from it`,
      value: atEnd.distance,
      goal: 0,
      unit: ' px',
    },
    { name: 'p95 frame meanwhile to idle', value: atEnd.p95 / idle.p95, goal: 2, unit: 'x' },
    { name: 'announcements a second', value: atEnd.announcements / seconds, goal: 2 },
    {
      name: `${PER_SECOND} messages/s further up, the row in view moved`,
      value: shift,
      goal: 1,
      unit: ' px',
    },
  ]
}

// --- Internal helpers ---

/** At instants fixed beforehand; resolves when the last one is stored. */
async function burst(peer: ChatClient, seconds: number) {
  const sent = Array.from({ length: PER_SECOND * seconds }, async (_, index) => {
    await new Promise((resolve) => setTimeout(resolve, (index * 1_000) / PER_SECOND))
    await peer.sendMessage({ userId: 'reader', text: `burst ${index}` })
  })
  await Promise.all(sent)
}

/** What each frame was like while something ran: how long, how far from the end, and what was announced. */
async function watchFrames(page: Page, run: () => Promise<unknown>) {
  const watch = await messagesOf(page).evaluateHandle((scroller) => {
    const seen = { frames: [0], distance: 0, announcements: 0, isOver: false }
    const log = document.querySelector('[role=log]')
    const news = new MutationObserver((changes) => {
      seen.announcements += changes.reduce((sum, { addedNodes }) => sum + addedNodes.length, 0)
    })
    if (log) news.observe(log, { childList: true })
    seen.frames = []
    let last = performance.now()
    function look(now: number) {
      seen.frames.push(now - last)
      seen.distance = Math.max(seen.distance, Math.abs(scroller.scrollTop))
      last = now
      if (!seen.isOver) requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
    return seen
  })
  await run()
  const { frames, ...told } = await watch.evaluate(async (seen) => {
    // one to count from, and one at least: on a busy machine a short while has none
    while (seen.frames.length < 2) await new Promise(requestAnimationFrame)
    seen.isOver = true
    return seen
  })
  const sorted = frames.slice(1).toSorted((a, b) => a - b)
  return { ...told, p95: sorted[Math.floor(sorted.length * 0.95)] ?? 0 }
}
