// The disk in trouble under load: full, locked by somebody else, and torn or flipped behind the server's back.
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { checkFile } from '#rufer/server/store/sqlite/check.ts'
import { DATABASE } from '#rufer/server/store/sqlite/files.ts'
import { readSqlite } from '#rufer/tests/faults/load/stored.ts'
import { endure } from '#rufer/tests/faults/trial/endure.ts'
import { untilAcknowledged } from '#rufer/tests/faults/trial/trial.ts'
import { newId, connect, type TestClient } from '#rufer/tests/helpers/client.ts'
import { registerNew } from '#rufer/tests/helpers/people.ts'
import { startServer } from '#rufer/tests/helpers/server.ts'
import { until } from '#rufer/tests/helpers/until.ts'
import { startStage, type EmbeddedStage } from './stage.ts'

describe('the disk', () => {
  let stage: EmbeddedStage
  beforeAll(async () => {
    const preloaded = pathToFileURL(`${import.meta.dirname}/../../helpers/full-disk.ts`).href
    stage = await startStage({ env: { NODE_OPTIONS: `--import=${preloaded}` } })
  })
  afterAll(() => stage.stop())

  test('F13 is full: nothing is acknowledged, all can be read, and room is all it takes to go on', async () => {
    const { server } = stage
    const faults = await endure('F13 a full disk', stage, async ({ history }) => {
      const { client, friendId } = await meetSomebody()
      await client.say({ userId: friendId }, 'before')
      server.process.kill('SIGUSR2')
      await until({ what: 'messages are refused', timeoutMs: 20_000 }, async () =>
        (await isRefused(client, friendId)) ? undefined : 'there is room',
      )
      const { conversations } = await client.request('conversation.list')
      const params = { conversationId: conversations[0]?.id, limit: 1 }
      expect((await client.request('message.list', params)).messages).toHaveLength(1)
      await pause(2_000)
      expect(await isRefused(client, friendId)).toBe(true)
      server.process.kill('SIGUSR2')
      await untilAcknowledged(history, 50)
      await client.say({ userId: friendId }, 'after')
      await client.close()
    })
    expect(faults).toEqual([])
  })

  test('F14 is locked by another process: for a moment nobody notices, later all are told, and nothing else waits', async () => {
    const { server } = stage
    const faults = await endure('F14 a locked file', stage, async ({ history }) => {
      const { client, friendId } = await meetSomebody()
      const pinger = await connect(server, await registerNew(server, 'pinger'))
      const other = new DatabaseSync(join(server.dataDir, DATABASE), { timeout: 10_000 })
      other.exec('BEGIN IMMEDIATE')
      const soon = client.say({ userId: friendId }, 'soon')
      await pause(700)
      other.exec('ROLLBACK')
      expect((await soon).message.text).toBe('soon')

      other.exec('BEGIN IMMEDIATE')
      const refusal = isRefused(client, friendId)
      const waits = await pingFor(pinger, 4_000)
      await pinger.close()
      expect(await refusal).toBe(true)
      other.close()
      // 100 ms at a time, and whatever the machine adds
      expect(waits[Math.floor(waits.length / 2)]).toBeLessThan(250)
      await untilAcknowledged(history, 50)
      await client.close()
    })
    expect(faults).toEqual([])
  })

  /** Somebody with a connection, and somebody to write to. */
  async function meetSomebody() {
    const { server } = stage
    const [userId, friendId] = [await registerNew(server, 'writer'), await registerNew(server, 'friend')]
    return { client: await connect(server, userId), friendId }
  }
})

describe('the file', () => {
  let stage: EmbeddedStage
  beforeAll(async () => {
    stage = await startStage()
  })
  afterAll(() => stage.stop())

  test('F21 its log has lost its end: the server opens to a prefix, or says that the file is damaged', async () => {
    const { server } = stage
    const crashed = newFolder()
    const outcomes: string[] = []
    const faults = await endure('F21 a torn log', stage, async ({ end, restart, mended, ...trial }) => {
      await end(server, 'SIGKILL')
      copyStore(server.dataDir, crashed)
      await restart(server)
      mended()
      const size = statSync(join(crashed, `${DATABASE}-wal`)).size
      const cuts = [1, ...Array.from({ length: 6 }, () => Math.floor(trial.random() * size))]
      const whole = readSqlite(copyStore(crashed, newFolder()), [...trial.cast.members.keys()])
      for (const cut of cuts) {
        const torn = copyStore(crashed, newFolder())
        truncateSync(join(torn, `${DATABASE}-wal`), size - cut)
        outcomes.push(await openTorn(torn, whole))
      }
    })
    expect(outcomes.filter((outcome) => outcome !== 'a prefix' && !DAMAGED.test(outcome))).toEqual([])
    expect(outcomes).toContain('a prefix')
    expect(faults).toEqual([])
  })

  test('F21 bytes of it are flipped: where SQLite sees it the server names the file and the way back', async () => {
    const { server } = stage
    const refused: string[] = []
    const overlooked: number[] = []
    const faults = await endure('F21 flipped bytes', stage, async ({ end, restart, mended, random }) => {
      expect(await end(server, 'SIGTERM')).toBe(0)
      const stopped = copyStore(server.dataDir, newFolder())
      await restart(server)
      mended()
      const { size } = statSync(join(stopped, DATABASE))
      // the head of a page, which SQLite cannot do without, and anything
      const places = [4_096, 8_192, ...Array.from({ length: 6 }, () => Math.floor(random() * size))]
      for (const place of places) {
        const flipped = copyStore(stopped, newFolder())
        flipByte(join(flipped, DATABASE), place)
        const isSeen = quickCheck(copyStore(flipped, newFolder())) !== 'ok'
        const complaint = await tryToStart(flipped)
        if (complaint !== undefined) refused.push(complaint)
        else if (isSeen) overlooked.push(place)
      }
    })
    expect(refused.length).toBeGreaterThan(0)
    expect(refused.filter((complaint) => !DAMAGED.test(complaint))).toEqual([])
    expect(overlooked).toEqual([])
    expect(faults).toEqual([])
  })
})

// --- Internal helpers ---

const DAMAGED = /rufer\.db is damaged \(.+\): restore a backup with npm run restore/

/** Whether the store takes no message just now. */
async function isRefused(client: TestClient, userId: string): Promise<boolean> {
  const params = { id: newId(), userId, text: 'x'.repeat(5_000) }
  return client.request('message.send', params).then(
    () => false,
    (error: unknown) => {
      if (String(error).includes('"code":"store-unavailable"')) return true
      throw error
    },
  )
}

/** How long a client waits for each answer, in ms, sorted. */
async function pingFor(client: TestClient, ms: number) {
  const waits: number[] = []
  for (const end = performance.now() + ms; performance.now() < end;) {
    const began = performance.now()
    await client.settled()
    waits.push(performance.now() - began)
    await pause(20)
  }
  return waits.toSorted((a, b) => a - b)
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rufer-damage-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** The file and its log, as they are. */
function copyStore(from: string, to: string): string {
  for (const name of [DATABASE, `${DATABASE}-wal`])
    if (existsSync(join(from, name))) cpSync(join(from, name), join(to, name))
  return to
}

/** What a server that does not start says of it; undefined: it starts, and ends again. */
async function tryToStart(dataDir: string): Promise<string | undefined> {
  try {
    const server = await startServer({ env: { RUFER_DATA_DIR: dataDir } })
    await server.stop()
    return undefined
  } catch (error) {
    return String(error)
  }
}

type Stored = ReturnType<typeof readSqlite>

/** Starts a server on it; tells whether what it then holds is sound, and the beginning of what there was. */
async function openTorn(dataDir: string, whole: Stored): Promise<string> {
  const complaint = await tryToStart(dataDir)
  if (complaint !== undefined) return complaint
  const broken = [...checkFile(join(dataDir, DATABASE))].flatMap((finding) => finding.faults)
  const opened = readSqlite(
    dataDir,
    whole.conversations.map(({ id }) => id),
  )
  const isPrefix = whole.conversations.every(({ id }) => {
    const left = textsOf(opened, id)
    return isDeepStrictEqual(left, textsOf(whole, id).slice(0, left.length))
  })
  return [...broken, ...(isPrefix ? [] : ['no prefix'])].join(', ') || 'a prefix'
}

/** The messages of a conversation, in their order. */
function textsOf({ messages }: Stored, conversationId: string) {
  return messages
    .filter((message) => message.conversationId === conversationId)
    .toSorted((one, other) => one.seq - other.seq)
}

function flipByte(path: string, place: number) {
  const bytes = readFileSync(path)
  bytes[place] = (bytes[place] ?? 0) ^ 0xff
  writeFileSync(path, bytes)
}

function quickCheck(dataDir: string): unknown {
  const database = new DatabaseSync(join(dataDir, DATABASE))
  try {
    return database.prepare('PRAGMA quick_check').get()?.['quick_check']
  } catch (error) {
    return String(error)
  } finally {
    database.close()
  }
}
