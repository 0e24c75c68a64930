// The generated documents say what the tables say.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeDocuments } from '#rufer/scripts/documents.ts'

test.each(Object.entries(makeDocuments()))('%s is up to date; else run npm run docs', (path, text) => {
  expect(readFileSync(join(import.meta.dirname, '../..', path), 'utf8')).toBe(text)
})
