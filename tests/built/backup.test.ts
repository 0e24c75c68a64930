// Backup, restore and check beside real servers: a copy amid traffic, a damaged file and the way back, a torn log.
import { copyFile, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { register } from '#rufer/tests/helpers/api.ts'
import { connect, type TestClient } from '#rufer/tests/helpers/client.ts'
import { runScript } from '#rufer/tests/helpers/scripts.ts'
import { failedStart, startServer, type TestServer } from '#rufer/tests/helpers/server.ts'

const USERS = ['alice', 'bob', 'carol', 'dave']

let server: TestServer
beforeEach(async () => {
  server = await startServer({
    env: { RUFER_LIMIT_MESSAGES_PER_SECOND: '0', RUFER_LIMIT_REQUESTS_PER_SECOND: '0' },
  })
  await register(server, ...USERS)
})
afterEach(() => server.stop())

const command = (script: 'backup.ts' | 'restore.ts' | 'check.ts', ...args: string[]) =>
  runScript(script, args, { RUFER_DATA_DIR: server.dataDir })

async function makeFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'rufer-backup-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

/** Everybody writes to everybody and reads what comes, until told to end; tells whose messages were acknowledged. */
async function startTalk() {
  const clients = await Promise.all(USERS.map((userId) => connect(server, userId)))
  const acknowledged: string[] = []
  const state = { isTalking: true }

  async function talk(client: TestClient) {
    for (let turn = 0; state.isTalking; turn++) {
      const peer = USERS.filter((userId) => userId !== client.userId)[turn % 3] ?? ''
      const { message } = await client.say({ userId: peer }, `message ${turn} ${'x'.repeat(turn % 500)}`)
      acknowledged.push(message.id)
      const { conversationId, seq } = message
      await client.request('receipt.update', { conversationId, deliveredSeq: seq, readSeq: seq })
      for (const { message: received } of client.pending('message.created'))
        if (received.senderId !== client.userId)
          await client.request('receipt.update', {
            conversationId: received.conversationId,
            deliveredSeq: received.seq,
          })
    }
  }

  const talking = Promise.allSettled(clients.map(talk))
  return {
    acknowledged,
    async reach(count: number) {
      await expect.poll(() => acknowledged.length, { timeout: 90_000, interval: 5 }).toBeGreaterThan(count)
    },
    async end() {
      state.isTalking = false
      await talking
    },
  }
}

/** The ids of every conversation's messages, in their order. */
function readMessages(path: string) {
  const database = new DatabaseSync(path, { readOnly: true })
  const rows = database
    .prepare('SELECT id, conversation_id AS place FROM messages ORDER BY conversation_id, seq')
    .all()
  database.close()
  return new Map(
    Map.groupBy(rows, ({ place }) => String(place))
      .entries()
      .map(([place, found]) => [place, found.map(({ id }) => String(id))]),
  )
}

const allIds = (path: string) => new Set([...readMessages(path).values()].flat())

/** Overwrites the middle of the page with which a table begins. */
async function damage(path: string, table: string) {
  const database = new DatabaseSync(path)
  const { rootpage, size } =
    database
      .prepare(
        'SELECT rootpage, page_size AS size FROM sqlite_schema, pragma_page_size WHERE sqlite_schema.name = ?',
      )
      .get(table) ?? {}
  database.close()
  const bytes = await readFile(path)
  const start = (Number(rootpage) - 1) * Number(size)
  await writeFile(path, bytes.fill(0x5a, start + 2, start + 600))
}

test('a backup amid traffic is one file that keeps every rule, with all that was acknowledged before', async () => {
  const talk = await startTalk()
  const folder = await makeFolder()
  for (const round of [1, 2, 3]) {
    await talk.reach(round * 200)
    const before = [...talk.acknowledged]
    const file = join(folder, `backup-${round}`)
    const { code, stdout, stderr } = await command('backup.ts', file)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/backup-\d is made and checked: [\d,]+ bytes\n$/)
    const stored = allIds(file)
    expect(before.filter((id) => !stored.has(id))).toEqual([])
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    // nobody was kept waiting so long that a write was refused
    await talk.reach(talk.acknowledged.length)
  }
  await talk.end()
  expect(await readdir(folder)).toEqual(['backup-1', 'backup-2', 'backup-3'])
  expect((await command('check.ts')).code).toBe(0)
})

test('restore is refused while a server holds the folder, and brings back what was backed up once it does not', async () => {
  const file = join(await makeFolder(), 'backup')
  const alice = await connect(server, 'alice')
  const { message } = await alice.say({ userId: 'bob' }, 'kept')
  expect((await command('backup.ts', file)).code).toBe(0)
  await alice.say({ userId: 'bob' }, 'gone')

  const refused = await command('restore.ts', file)
  expect(refused).toMatchObject({ code: 1, stdout: '' })
  expect(refused.stderr).toBe(
    'unable to restore; another process uses it: stop that one or set RUFER_DATA_DIR to another folder\n',
  )
  await alice.say({ userId: 'bob' }, 'served all the while')

  await server.signal('SIGTERM')
  const { code, stdout, stderr } = await command('restore.ts', file)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const replaced = /what it held before is in (.+)\n/.exec(stdout)?.[1] ?? ''
  expect(allIds(join(replaced, 'rufer.db')).size).toBe(3)

  await server.restart()
  const bob = await connect(server, 'bob')
  const { conversationId } = message
  const { messages } = await bob.request('message.list', { conversationId })
  expect(messages.map(({ text }) => text)).toEqual(['kept'])
  await bob.say({ conversationId }, 'and on it goes')
  expect((await command('check.ts')).code).toBe(0)
})

test('a damaged file ends the start with one line that names it and the way back, which works', async () => {
  const file = join(await makeFolder(), 'backup')
  const alice = await connect(server, 'alice')
  await alice.say({ userId: 'bob' }, 'hello')
  expect((await command('backup.ts', file)).code).toBe(0)
  await server.signal('SIGTERM')
  await damage(join(server.dataDir, 'rufer.db'), 'members')

  expect(await failedStart({ RUFER_DATA_DIR: server.dataDir })).toEqual([
    expect.stringMatching(
      /^unable to open the store in \S+; rufer\.db is damaged \(.+\): restore a backup with npm run restore$/,
    ),
  ])
  const checked = await command('check.ts')
  expect(checked.code).toBe(1)
  expect(checked.stdout).toMatch(/^BROKEN {2}the file is whole: /)
  const other = join(await makeFolder(), 'backup')
  expect((await command('backup.ts', other)).code).toBe(1)
  await expect(stat(other)).rejects.toMatchObject({ code: 'ENOENT' })

  expect((await command('restore.ts', file)).code).toBe(0)
  await server.restart()
  const bob = await connect(server, 'bob')
  const { conversations } = await bob.request('conversation.list')
  expect(conversations[0]?.lastMessage?.text).toBe('hello')
})

test('check names the conversation and what is broken in it, also beside a running server', async () => {
  const alice = await connect(server, 'alice')
  const { message } = await alice.say({ userId: 'bob' }, 'hello')
  const whole = await command('check.ts')
  expect(whole).toMatchObject({ code: 0, stderr: '' })
  const lines = whole.stdout.trimEnd().split('\n')
  expect(lines.length).toBeGreaterThan(10)
  for (const line of lines) expect(line).toMatch(/^ok {6}/)

  const other = new DatabaseSync(join(server.dataDir, 'rufer.db'))
  other.exec("UPDATE members SET read_seq = 5 WHERE user_id = 'bob'")
  other.close()
  const { code, stdout } = await command('check.ts')
  expect(code).toBe(1)
  expect(stdout).toContain(
    `BROKEN  markers are within bounds: 0 <= read <= delivered <= seq: ${message.conversationId} bob is at read 5, delivered 0 of 1\n`,
  )
  const backup = await command('backup.ts', join(await makeFolder(), 'backup'))
  expect(backup.code).toBe(1)
  expect(backup.stderr).toContain('was made, but what the store holds breaks its rules\nBROKEN  ')
})

test(
  'a log torn anywhere lets the server open to a prefix that keeps every rule, or refuse to start',
  { timeout: 400_000 },
  async () => {
    const path = join(server.dataDir, 'rufer.db')
    const talk = await startTalk()
    const other = new DatabaseSync(path)
    // closed before, it would write the log back and remove it
    onTestFinished(() => other.close())
    await talk.reach(600)
    other.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    await talk.reach(900)
    // written back up to here, as is done again and again on a busy server
    other.exec('PRAGMA wal_checkpoint(PASSIVE)')
    await talk.reach(1_200)
    await server.signal('SIGKILL')
    await talk.end()
    const whole = readMessages(await tear(server.dataDir))
    const walSize = (await stat(`${path}-wal`)).size
    for (const share of [0, 0.01, 0.2, 0.4, 0.6, 0.8, 0.95, 1]) {
      const torn = await tear(server.dataDir, Math.floor(walSize * share))
      const outcome = await startOn(join(torn, '..'))
      expect({ share, outcome }).toEqual({ share, outcome: expect.stringMatching(/^(opened|refused)$/) })
      if (outcome === 'refused') continue
      for (const [place, ids] of readMessages(torn))
        expect(ids).toEqual(whole.get(place)?.slice(0, ids.length))
    }
    expect(await startOn(server.dataDir)).toBe('opened')
    const stored = allIds(path)
    expect(talk.acknowledged.filter((id) => !stored.has(id))).toEqual([])
  },
)

const REFUSED = /rufer\.db is damaged \(.+\): restore a backup with npm run restore\n/

/** A copy of a folder's store whose log ends after so many bytes; all of it where none are told. */
async function tear(dataDir: string, walSize?: number) {
  const folder = await makeFolder()
  for (const name of ['rufer.db', 'rufer.db-wal']) await copyFile(join(dataDir, name), join(folder, name))
  if (walSize !== undefined) await truncate(join(folder, 'rufer.db-wal'), walSize)
  return join(folder, 'rufer.db')
}

/** Starts the server on a folder, which then keeps every rule, unless the start says what to do. */
async function startOn(dataDir: string) {
  const refusal = await server.restart({ RUFER_DATA_DIR: dataDir }).catch(String)
  if (refusal !== undefined) return REFUSED.test(refusal) ? 'refused' : refusal
  await server.signal('SIGTERM')
  const { code, stdout } = await runScript('check.ts', [], { RUFER_DATA_DIR: dataDir })
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.not.stringContaining('BROKEN') })
  return 'opened'
}

test.each([
  ['backup.ts', 'mongodump'],
  ['restore.ts', 'mongorestore'],
  ['check.ts', 'mongosh'],
])('%s says in one line what to use for MongoDB: %s', async (script, tool) => {
  const env = { RUFER_DATA_DIR: server.dataDir, MONGODB_URI: 'mongodb://user:password@localhost/rufer' }
  const { code, stdout, stderr } = await runScript(script, ['file'], env)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(new RegExp(`^unable to .+; MONGODB_URI is set: for MongoDB use .*${tool}.*\n$`))
  expect(stderr).not.toContain('password')
})

test.each([
  ['backup.ts', [], 'usage: npm run backup -- '],
  ['backup.ts', ['one', 'two'], 'usage: npm run backup -- '],
  ['restore.ts', [], 'usage: npm run restore -- '],
  ['check.ts', ['one', 'two'], 'usage: npm run check '],
  ['check.ts', ['--fast'], "Unknown option '--fast'"],
  ['check.ts', ['/nowhere'], 'there is no file /nowhere'],
] as const)('%s %j ends with 1 and says why', async (script, args, reason) => {
  const { code, stdout, stderr } = await command(script, ...args)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toContain(reason)
})
