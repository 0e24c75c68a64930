// Checkpoints: a thread of their own keeps the log short, and nothing gets lost on the way into the file.
import { randomUUID } from 'node:crypto'
import { mkdir, rename, rmdir, stat } from 'node:fs/promises'
import { expect, test, vi } from 'vitest'
import { openData } from '#rufer/server/store/sqlite/open.ts'
import { createSqliteStore, type StoreOptions } from '#rufer/server/store/sqlite/store.ts'
import { openOnDatabase } from './harness.ts'
import { NOW } from './now.ts'

/** How long, in pages, the log is when SQLite itself moves it, within a commit; and when it is moved here, sooner than otherwise. */
const LONGEST = 128_000
const LONG = 4_000

/** A store whose log grows by most of a thousand pages with every batch that is sent. */
async function openBusy(events?: StoreOptions) {
  const { database, store, conversationId, path } = await openOnDatabase({ longLog: LONG, ...events })
  const sent: string[] = []
  return {
    path,
    store,
    sent,
    conversationId,
    logLength: () => database.get('PRAGMA wal_checkpoint(NOOP)')?.number('log') ?? 0,
    async sendBatch() {
      const ids = Array.from({ length: 200 }, () => randomUUID())
      await Promise.all(
        ids.map((id) =>
          store.appendMessage({
            id,
            senderId: 'alice',
            target: { conversationId },
            text: 'x'.repeat(5_000),
            at: NOW,
          }),
        ),
      )
      sent.push(...ids)
    },
  }
}

type Busy = Awaited<ReturnType<typeof openBusy>>

/** Sends until the log begins anew; tells how long it was before. */
async function sendUntilNewLog(busy: Busy): Promise<number> {
  const before = busy.logLength()
  await busy.sendBatch()
  return busy.logLength() < before ? before : sendUntilNewLog(busy)
}

/** What a store on the file that was closed holds. */
async function reopen({ path, conversationId }: Busy) {
  const database = openData(path, 'full')
  const store = createSqliteStore(database)
  const { messages } = await store.listMessages({ conversationId, limit: 1_000_000 })
  const integrity = database.get('PRAGMA integrity_check')?.text('integrity_check')
  await store.close()
  return { ids: messages.map(({ id }) => id), integrity }
}

test(
  'a log that has become long is moved between the commits, again and again',
  { timeout: 60_000 },
  async () => {
    const failures: unknown[] = []
    const busy = await openBusy({ onFailure: (error) => failures.push(error) })
    for (let times = 0; times < 3; times++) expect(await sendUntilNewLog(busy)).toBeLessThan(LONGEST)
    expect(failures).toEqual([])
    await busy.store.close()
    expect(await reopen(busy)).toEqual({ ids: busy.sent, integrity: 'ok' })
  },
)

test('closing amid a checkpoint leaves one whole file', { timeout: 60_000 }, async () => {
  const busy = await openBusy()
  const { size } = await stat(busy.path)
  while ((await stat(busy.path)).size === size) await busy.sendBatch()
  await busy.store.close()
  await expect(stat(`${busy.path}-wal`)).rejects.toMatchObject({ code: 'ENOENT' })
  expect(await reopen(busy)).toEqual({ ids: busy.sent, integrity: 'ok' })
})

test(
  'a thread that fails is told of and refuses nobody, and the next one does better',
  { timeout: 60_000 },
  async () => {
    const onFailure = vi.fn<(error: unknown) => void>()
    const busy = await openBusy({ onFailure })
    await rename(busy.path, `${busy.path}-away`)
    await mkdir(busy.path)
    while (onFailure.mock.calls.length < 2) await busy.sendBatch()
    expect(onFailure).toHaveBeenLastCalledWith(
      expect.objectContaining({ message: 'unable to open database file' }),
    )
    await rmdir(busy.path)
    await rename(`${busy.path}-away`, busy.path)
    expect(await sendUntilNewLog(busy)).toBeLessThan(LONGEST)
    await busy.store.close()
    expect(await reopen(busy)).toEqual({ ids: busy.sent, integrity: 'ok' })
  },
)
