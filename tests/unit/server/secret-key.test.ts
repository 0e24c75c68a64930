// The secret key of demo mode: one a data folder, also where several processes start on it at once.
import { execFile } from 'node:child_process'
import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { keepSecretKey, secretKeyPath } from '#rufer/server/secret-key.ts'

const run = promisify(execFile)
const MODULE = join(import.meta.dirname, '../../../server/secret-key.ts')

let dataDir: string

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'rufer-key-'))
})

afterEach(() => rm(dataDir, { recursive: true }))

test('it is made once, for the owner alone, and nothing else is left in the folder', () => {
  const key = keepSecretKey(dataDir)
  expect(key).toMatch(/^[0-9a-f]{64}$/)
  expect(keepSecretKey(dataDir)).toBe(key)
  expect(statSync(secretKeyPath(dataDir)).mode & 0o777).toBe(0o600)
  expect(readdirSync(dataDir)).toEqual(['secret-key'])
})

test('processes that start at once have the same, however close they come', async () => {
  const script = `
    const [module, dataDir, start] = process.argv.slice(1)
    const { keepSecretKey } = await import(module)
    for (let i = 0; i < 500; i++) {
      while (performance.timeOrigin + performance.now() < Number(start) + i);
      process.stdout.write(keepSecretKey(dataDir + '/' + i) + ' ')
    }`
  const start = String(Date.now() + 500)
  const args = ['--input-type=module', '-e', script, MODULE, dataDir, start]
  const outputs = await Promise.all([run(process.execPath, args), run(process.execPath, args)])
  const kept = Array.from({ length: 500 }, (_, i) => keepSecretKey(join(dataDir, String(i))))
  for (const { stdout } of outputs) expect(stdout.trim().split(' ')).toEqual(kept)
})

test('a file that holds no key is named', () => {
  writeFileSync(secretKeyPath(dataDir), '')
  expect(() => keepSecretKey(dataDir)).toThrow(`${secretKeyPath(dataDir)} holds no secret key`)
})
