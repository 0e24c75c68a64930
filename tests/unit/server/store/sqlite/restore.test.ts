// Restoring: the folder holds the one store or the other, whatever comes in between, and nothing is lost.
import { copyFile, mkdir, readdir, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { openStore } from '#rufer/server/store/open.ts'
import { copyStore } from '#rufer/server/store/sqlite/copy.ts'
import { restoreStore } from '#rufer/server/store/sqlite/restore.ts'
import { makeFolder, openDirect, startSender } from './harness.ts'
import { NOW } from './now.ts'

const open = (dataDir: string) => openStore({ dataDir, sqliteSync: 'normal' })

/** A folder whose store has alice, bob and their conversation. */
async function fill() {
  const dataDir = await makeFolder()
  const store = await open(dataDir)
  await openDirect(store)
  await store.close()
  return dataDir
}

/** Which of some users a folder's store knows. */
async function usersIn(dataDir: string) {
  const store = await open(dataDir)
  const users = await store.getUsers(['alice', 'bob', 'carol'])
  await store.close()
  return users.map(({ userId }) => userId)
}

/** A backup of a folder that has alice and bob, and the folder with carol in it since. */
async function backUp() {
  const dataDir = await fill()
  const file = join(await makeFolder(), 'backup')
  copyStore(join(dataDir, 'rufer.db'), file)
  const store = await open(dataDir)
  await store.putUser({ userId: 'carol', displayName: 'Carol' }, NOW)
  await store.close()
  return { dataDir, file }
}

function change(path: string, sql: string) {
  const database = new DatabaseSync(path)
  database.exec(sql)
  database.close()
}

test('a copy is one file for its owner only, and nothing is written over', async () => {
  const { dataDir, file } = await backUp()
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(await readdir(join(file, '..'))).toEqual(['backup'])
  expect(() => copyStore(join(dataDir, 'rufer.db'), file)).toThrow(
    `${file} exists already: name a file to be made`,
  )
  expect(() => copyStore(join(dataDir, 'nothing'), `${file}.2`)).toThrow('there is no file ')
})

test('a copy that fails leaves nothing that looks like one', async () => {
  const folder = await makeFolder()
  await writeFile(join(folder, 'rufer.db'), 'no database '.repeat(1_000))
  expect(() => copyStore(join(folder, 'rufer.db'), join(folder, 'backup'))).toThrow('file is not a database')
  expect(await readdir(folder)).toEqual(['rufer.db'])
})

test('a backup takes the place of what was there, which is kept and can be restored in its turn', async () => {
  const { dataDir, file } = await backUp()
  const replaced = (await restoreStore(dataDir, file)) ?? ''
  expect(await usersIn(dataDir)).toEqual(['alice', 'bob'])
  expect(await readdir(dataDir)).toEqual([expect.stringContaining('replaced-'), 'rufer.db', 'rufer.lock.db'])
  expect((await stat(replaced)).mode & 0o777).toBe(0o700)

  await restoreStore(dataDir, join(replaced, 'rufer.db'))
  expect(await usersIn(dataDir)).toEqual(['alice', 'bob', 'carol'])
})

test('the log of what was there goes aside with it, and is read with it', async () => {
  const { file } = await backUp()
  const dataDir = await makeFolder()
  const sender = startSender(dataDir)
  await sender.ids.next()
  await sender.kill()
  expect((await stat(join(dataDir, 'rufer.db-wal'))).size).toBeGreaterThan(0)

  const replaced = (await restoreStore(dataDir, file)) ?? ''
  expect(await readdir(replaced)).toEqual(['rufer.db', 'rufer.db-shm', 'rufer.db-wal'])
  const store = await open(dataDir)
  const { conversations } = await store.listConversations({ userId: 'alice', limit: 9 })
  expect(conversations).toMatchObject([{ seq: 0, lastMessage: null }])
  await store.close()

  const other = await makeFolder()
  await restoreStore(other, join(replaced, 'rufer.db'))
  const sent = await open(other)
  const { conversations: found } = await sent.listConversations({ userId: 'alice', limit: 9 })
  expect(found[0]?.seq).toBeGreaterThan(0)
  await sent.close()
})

test('an empty folder is filled', async () => {
  const { file } = await backUp()
  const dataDir = join(await makeFolder(), 'new')
  expect(await restoreStore(dataDir, file)).toBeUndefined()
  expect(await usersIn(dataDir)).toEqual(['alice', 'bob'])
})

test('cut off amid the exchange no server starts, until a restore gets to its end', async () => {
  const { dataDir, file } = await backUp()
  // what is there once the old file was moved and the new one not yet
  await mkdir(join(dataDir, 'replaced'))
  await rename(join(dataDir, 'rufer.db'), join(dataDir, 'replaced', 'rufer.db'))
  await copyFile(file, join(dataDir, 'rufer.db.restoring'))
  await expect(open(dataDir)).rejects.toThrow(
    `unable to open the store in ${dataDir}; a backup was not restored to the end: run npm run restore again`,
  )
  await expect(restoreStore(dataDir, join(dataDir, 'nothing'))).rejects.toThrow('there is no file ')
  await expect(open(dataDir)).rejects.toThrow('run npm run restore again')

  await restoreStore(dataDir, file)
  expect(await usersIn(dataDir)).toEqual(['alice', 'bob'])
  expect(await readdir(dataDir)).toEqual(['replaced', 'rufer.db', 'rufer.lock.db'])
})

test('what an attempt that was cut off before left behind is of no matter', async () => {
  const { dataDir, file } = await backUp()
  await writeFile(join(dataDir, 'rufer.db.prepared'), 'half of it')
  await writeFile(join(dataDir, 'rufer.db.prepared.partial'), 'half of it')
  await restoreStore(dataDir, file)
  expect(await usersIn(dataDir)).toEqual(['alice', 'bob'])
})

test.each([
  ['no store', 'PRAGMA user_version = 0', 'it holds no store of Rufer'],
  ['of a newer version', 'PRAGMA user_version = 99', 'run the newer Rufer that wrote it'],
  [
    'broken in a rule',
    'UPDATE conversations SET seq = 7',
    /^it breaks a rule of the data: seq has no holes; \S+ is at seq 7 and has 0 messages up to 0$/,
  ],
])('a file that is %s changes nothing', async (_what, sql, reason) => {
  const { dataDir, file } = await backUp()
  change(file, sql)
  await expect(restoreStore(dataDir, file)).rejects.toThrow(reason)
  expect(await usersIn(dataDir)).toEqual(['alice', 'bob', 'carol'])
  expect(await readdir(dataDir)).toEqual(['rufer.db', 'rufer.lock.db'])
})
