// SECURITY.md names for each rule the tests that show it, and these are there.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const page = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8')
const rows = [...page.matchAll(/^\| (S\d+) +\| .+? +\| (.+?) +\|$/gm)].map(([, rule = '', cell = '']) => ({
  rule,
  files: [...cell.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file),
}))

test('every rule from S1 to S35 has its row', () => {
  expect(rows.map(({ rule }) => rule)).toEqual(Array.from({ length: 35 }, (_, at) => `S${at + 1}`))
})

test.each(rows)('$rule is shown by tests that bear its number', ({ rule, files }) => {
  expect(files.length).toBeGreaterThan(0)
  for (const file of files) {
    const source = readFileSync(join(ROOT, file), 'utf8')
    expect(source).toMatch(new RegExp(`(?:test|describe)\\('${rule}[ ']`))
  }
})

test('every file it names is there', () => {
  const named = [...page.matchAll(/(?:`|\()((?:tests|docs)\/[\w./-]+)(?:`|\))/g)].map(([, path = '']) => path)
  expect(named.length).toBeGreaterThan(35)
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
})
