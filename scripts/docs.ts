// npm run docs: writes the generated documents; a test tells when they are out of date.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeDocuments } from './documents.ts'

for (const [path, text] of Object.entries(makeDocuments()))
  writeFileSync(join(import.meta.dirname, '..', path), text)
