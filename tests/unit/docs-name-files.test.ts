// The page that walks through the tree names files that exist.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')

test('every file on the way of a message exists', () => {
  const page = readFileSync(join(ROOT, 'docs/way-of-a-message.md'), 'utf8')
  const named = [...page.matchAll(/`((?:[\w.-]+\/)+[\w.-]+\.(?:ts|vue))`/g)].map(([, path]) => path ?? '')
  expect(named.length).toBeGreaterThan(20)
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
})
