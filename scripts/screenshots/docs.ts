// The pictures of docs/screenshots: a handful of states, each as small as it can be read.
import { writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Browser } from 'playwright-core'
import { allStates } from '#rufer/tests/helpers/chat-states/all.ts'
import { onStage, type View } from '#rufer/tests/helpers/chat-states/stage.ts'
import type { TestServer } from '#rufer/tests/helpers/server.ts'
import { toSmallPng } from './small-png.ts'

export interface Picture {
  state: string
  view: View
  colorScheme: 'light' | 'dark'
}

export const DOCS: Picture[] = [
  { state: 'chat', view: 'desktop', colorScheme: 'light' },
  { state: 'chat-unread', view: 'desktop', colorScheme: 'dark' },
  { state: 'debug', view: 'desktop', colorScheme: 'light' },
  { state: 'list', view: 'phone', colorScheme: 'light' },
  { state: 'offline', view: 'phone', colorScheme: 'dark' },
  { state: 'settings', view: 'phone', colorScheme: 'light' },
]

interface Studio {
  browser: Browser
  server: TestServer
  root: string
}

/** Takes one, a pixel of the picture for a pixel of the page. */
export async function takeForDocs({ browser, server, root }: Studio, picture: Picture): Promise<void> {
  const { state: name, view, colorScheme } = picture
  const state = allStates.find((each) => each.name === name)
  if (!state) throw new Error(`unable to take picture; there is no state ${name}`)
  const options = { colorScheme, deviceScaleFactor: 1 }
  const path = join(root, 'docs/screenshots', `${name}.${view}.png`)
  await onStage(state, { browser, server, view, options }, async (page) => {
    await writeFile(path, await toSmallPng(await page.screenshot()))
    process.stdout.write(`${relative(process.cwd(), path)}\n`)
  })
}
