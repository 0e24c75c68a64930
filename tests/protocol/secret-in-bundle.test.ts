// What browsers are given: nothing of the secret key, and no zod, which a strict content security policy would report.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'

const PUBLIC = join(import.meta.dirname, '../../.output/public')
/** Strings that survive minifying; the last two stand in every build of zod. */
const FORBIDDEN = ['x-rufer-secret-key', 'RUFER_SECRET_KEY', 'rufer.db', 'unrecognized_keys', '_zod']

test('no public file holds the secret header, its setting, or zod', async () => {
  const entries = await readdir(PUBLIC, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  expect(files.filter((file) => file.endsWith('.js')).length).toBeGreaterThan(0)
  for (const file of files) {
    const text = decompress(file, await readFile(file)).toString('latin1')
    expect({ file, found: FORBIDDEN.filter((word) => text.includes(word)) }).toEqual({ file, found: [] })
  }
})

// --- Internal helpers ---

function decompress(file: string, bytes: Buffer) {
  if (file.endsWith('.gz')) return gunzipSync(bytes)
  return file.endsWith('.br') ? brotliDecompressSync(bytes) : bytes
}
