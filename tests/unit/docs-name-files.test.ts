// The pages that lead through the tree name files that exist.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')

test.each(['way-of-a-message.md', 'bounds.md'])('every file named in %s exists', (name) => {
  const page = readFileSync(join(ROOT, 'docs', name), 'utf8')
  const named = [...page.matchAll(/`((?:[\w.-]+\/)+[\w.-]+\.(?:ts|vue))`/g)].map(([, path]) => path ?? '')
  expect(named.length).toBeGreaterThan(15)
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
})
