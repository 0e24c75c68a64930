// What lint cannot see in templates: text is only ever interpolated, and handlers are names or one call.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const files = globSync(['app.vue', 'components/**/*.vue', 'pages/**/*.vue'], { cwd: ROOT })
const CALL = /^[\w$.]+(\([^()]*(\(\))?\))?$/

function templateOf(source: string): string {
  return /<template>([\s\S]*)<\/template>/.exec(source)?.[1] ?? ''
}

test('there are templates to look at', () => {
  expect(files.length).toBeGreaterThan(10)
})

test.each(files)('%s puts text into the page by interpolation only', (file) => {
  expect(templateOf(readFileSync(join(ROOT, file), 'utf8'))).not.toMatch(/v-html|innerHTML|v-text/)
})

test.each(files)('%s has no logic in its handlers', (file) => {
  const template = templateOf(readFileSync(join(ROOT, file), 'utf8'))
  const handlers = [...template.matchAll(/(?:@|v-on:)[\w.:-]+="([^"]*)"/g)].map(
    ([, handler]) => handler ?? '',
  )
  expect(handlers.filter((handler) => !CALL.test(handler))).toEqual([])
})
