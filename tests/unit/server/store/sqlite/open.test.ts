// Opening the embedded store: file modes, versions, damage, and a folder that another process uses.
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { migrations } from '#rufer/server/store/sqlite/migrations.ts'
import { openStore } from '#rufer/server/store/open.ts'
import { openDatabase } from '#rufer/server/store/sqlite/database.ts'
import { openData } from '#rufer/server/store/sqlite/open.ts'
import { makeFolder, openDirect, startSender } from './harness.ts'
import { NOW } from './now.ts'

const open = (dataDir: string) => openStore({ dataDir, sqliteSync: 'full' })

/** Makes a store with something in it, and closes it. */
async function fill(dataDir: string) {
  const store = await open(dataDir)
  await openDirect(store)
  await store.close()
}

/** Changes the file as somebody else would. */
function change(path: string, sql: string) {
  const database = new DatabaseSync(path)
  database.exec(sql)
  database.close()
}

test('folder and files are for their owner only', async () => {
  const dataDir = join(await makeFolder(), 'made', 'on the way')
  const store = await open(dataDir)
  await openDirect(store)
  const names = ['', 'rufer.db', 'rufer.db-wal', 'rufer.db-shm', 'rufer.lock.db']
  const modes = await Promise.all(names.map(async (name) => (await stat(join(dataDir, name))).mode & 0o777))
  expect(modes).toEqual([0o700, 0o600, 0o600, 0o600, 0o600])
  await store.close()
})

test('closing leaves one whole file', async () => {
  const dataDir = await makeFolder()
  await fill(dataDir)
  await expect(stat(join(dataDir, 'rufer.db-wal'))).rejects.toMatchObject({ code: 'ENOENT' })
})

test.each([
  ['full', 2],
  ['normal', 1],
] as const)('commits wait for the disk as was asked for: %s', async (sqliteSync, level) => {
  const database = openData(join(await makeFolder(), 'rufer.db'), sqliteSync)
  expect(database.get('PRAGMA synchronous')?.number('synchronous')).toBe(level)
  expect(database.get('PRAGMA journal_mode')?.text('journal_mode')).toBe('wal')
  expect(database.get('PRAGMA foreign_keys')?.number('foreign_keys')).toBe(1)
  expect(database.get('PRAGMA trusted_schema')?.number('trusted_schema')).toBe(0)
  database.close()
})

test('an empty file becomes a store', async () => {
  const dataDir = await makeFolder()
  await writeFile(join(dataDir, 'rufer.db'), '')
  await fill(dataDir)
  const store = await open(dataDir)
  expect(await store.getUsers(['alice', 'bob'])).toHaveLength(2)
  await store.close()
})

test('a step to a new version that fails leaves the file as it was', async () => {
  const dataDir = await makeFolder()
  const path = join(dataDir, 'rufer.db')
  change(path, 'CREATE TABLE messages (other TEXT)')
  await expect(open(dataDir)).rejects.toThrow('table messages already exists')
  const database = new DatabaseSync(path)
  onTestFinished(() => database.close())
  expect(database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all()).toMatchObject([
    { name: 'messages' },
  ])
  expect(database.prepare('PRAGMA user_version').get()).toMatchObject({ user_version: 0 })
})

test('a file of a newer version is refused and left alone', async () => {
  const dataDir = await makeFolder()
  await fill(dataDir)
  change(join(dataDir, 'rufer.db'), 'PRAGMA user_version = 99')
  await expect(open(dataDir)).rejects.toThrow(
    `unable to open the store in ${dataDir}; rufer.db is of version 99 and this Rufer knows versions up to ${migrations.length}: run the newer Rufer that wrote it`,
  )
})

test('a file that is no database is refused', async () => {
  const dataDir = await makeFolder()
  await writeFile(join(dataDir, 'rufer.db'), 'something else '.repeat(500))
  await expect(open(dataDir)).rejects.toThrow(
    `unable to open the store in ${dataDir}; rufer.db is damaged (file is not a database): restore a backup with npm run restore`,
  )
})

test.each(['users', 'receipts'])('a damaged file is refused in one line: %s', async (table) => {
  const dataDir = await makeFolder()
  const path = join(dataDir, 'rufer.db')
  await fill(dataDir)
  const database = openDatabase(path)
  const page = database.get('SELECT rootpage FROM sqlite_master WHERE name = :table', { table })
  const size = database.get('PRAGMA page_size')?.number('page_size') ?? 0
  database.close()
  const start = ((page?.number('rootpage') ?? 0) - 1) * size
  const bytes = await readFile(path)
  await writeFile(path, bytes.fill(0x5a, start, start + size))
  await expect(open(dataDir)).rejects.toThrow(
    /^unable to open the store in \S+; rufer\.db is damaged \(.+\): restore a backup with npm run restore$/,
  )
})

test('a folder that cannot be made is refused in one line', async () => {
  const folder = await makeFolder()
  await writeFile(join(folder, 'file'), '')
  await expect(open(join(folder, 'file', 'data'))).rejects.toThrow(
    /^unable to open the store in \S+; ENOTDIR.+$/,
  )
})

test('files that cannot be written are refused in one line', async () => {
  const dataDir = await makeFolder()
  await mkdir(join(dataDir, 'rufer.db'))
  await expect(open(dataDir)).rejects.toThrow(
    `unable to open the store in ${dataDir}; its files cannot be written (unable to open database file): check their owner and mode`,
  )
})

test('a refused start leaves the folder free', async () => {
  const dataDir = await makeFolder()
  const path = join(dataDir, 'rufer.db')
  await fill(dataDir)
  change(path, 'PRAGMA user_version = 99')
  await expect(open(dataDir)).rejects.toThrow('version 99')
  change(path, `PRAGMA user_version = ${migrations.length}`)
  const store = await open(dataDir)
  expect(await store.getUsers(['alice'])).toHaveLength(1)
  await store.close()
})

test(
  'a folder that another process uses is refused, and free once that has ended',
  { timeout: 30_000 },
  async () => {
    const dataDir = await makeFolder()
    const sender = startSender(dataDir)
    await sender.ids.next()
    await expect(open(dataDir)).rejects.toThrow(
      `unable to open the store in ${dataDir}; another process uses it: stop that one or set RUFER_DATA_DIR to another folder`,
    )
    const opening = open(dataDir)
    await sender.kill()
    const store = await opening
    expect(await store.putUser({ userId: 'alice', displayName: 'Alice' }, NOW)).toEqual({
      outcome: 'updated',
    })
    await store.close()
  },
)
