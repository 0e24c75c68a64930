// The file of the store in trouble: torn or flipped behind the server's back.
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
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { checkFile } from '#rufer/server/store/sqlite/check.ts'
import { DATABASE } from '#rufer/server/store/sqlite/files.ts'
import { readSqlite } from '#rufer/tests/faults/load/stored.ts'
import { endure } from '#rufer/tests/faults/trial/endure.ts'
import { startServer } from '#rufer/tests/helpers/server.ts'
import { startStage, type EmbeddedStage } from './stage.ts'

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
        // a column of another name is sound to SQLite: what a start makes of it is nobody's promise
        if (quickCheck(copyStore(flipped, newFolder())) === 'ok') continue
        const complaint = await tryToStart(flipped)
        if (complaint === undefined) overlooked.push(place)
        else refused.push(complaint)
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
