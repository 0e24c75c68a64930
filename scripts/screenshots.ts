// npm run screenshots: takes a picture of every state of the chat page, light and dark, for people to look at.
import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium, type Browser } from 'playwright-core'
import { allStates } from '#rufer/tests/helpers/chat-states/all.ts'
import {
  onStage,
  startWithHistory,
  type ChatState,
  type View,
} from '#rufer/tests/helpers/chat-states/stage.ts'
import { findOrInstallChromium } from './chromium.ts'
import { hasColourEmoji } from './screenshots/emoji.ts'
import { DOCS, takeForDocs } from './screenshots/docs.ts'
import { takeReadmePicture } from './screenshots/readme.ts'

const ROOT = join(import.meta.dirname, '..')
const SCHEMES = ['light', 'dark'] as const
const USAGE = `usage: npm run screenshots -- [--only state]… [--out folder]

  --only  takes that state alone: ${allStates.map(({ name }) => name).join(', ')};
          or readme, the picture of the README, which goes to docs/,
          or docs, the handful that goes to docs/screenshots/
  --out   where the pictures go; screenshots/ unless told otherwise
`

const { only, out } = readArguments()
if (!existsSync(join(ROOT, '.output/server/index.mjs'))) fail('there is no build: run npm run build first')
const browser = await chromium.launch({ executablePath: findOrInstallChromium() })
const server = await startWithHistory()
try {
  if (!(await hasColourEmoji(browser)))
    print('This machine has no emoji font, so emoji are boxes; install one, such as fonts-noto-color-emoji.')
  if (only?.includes('readme')) print(await takeReadmePicture(browser, join(ROOT, 'docs/screenshot.png')))
  if (only?.includes('docs'))
    await Array.fromAsync(DOCS, (picture) => takeForDocs({ browser, server, root: ROOT }, picture))
  const states = allStates.filter(({ name }) => !only || only.includes(name))
  await Array.fromAsync(states.flatMap(toViews), (one) => take(browser, one))
} finally {
  await browser.close()
  await server.stop()
}

// --- Internal helpers ---

function readArguments() {
  try {
    const options = { only: { type: 'string', multiple: true }, out: { type: 'string' } } as const
    const { values } = parseArgs({ options })
    const known = new Set([...allStates.map(({ name }) => name), 'readme', 'docs'])
    const unknown = values.only?.find((name) => !known.has(name))
    if (unknown) throw new Error(`there is no state ${unknown}`)
    return { only: values.only, out: values.out ?? join(ROOT, 'screenshots') }
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error))
  }
}

function fail(reason: string): never {
  process.stderr.write(`unable to take screenshots; ${reason}\n\n${USAGE}`)
  process.exit(1)
}

function print(line: string) {
  process.stdout.write(`${line}\n`)
}

function toViews(state: ChatState) {
  return state.on.map((view) => ({ state, view }))
}

async function take(from: Browser, { state, view }: { state: ChatState; view: View }) {
  await onStage(state, { browser: from, server, view }, async (page) => {
    await Array.fromAsync(SCHEMES, async (colorScheme) => {
      const path = join(out, `${state.name}.${view}.${colorScheme}.png`)
      await page.emulateMedia({ colorScheme })
      await page.screenshot({ path })
      print(relative(process.cwd(), path))
    })
  })
}
