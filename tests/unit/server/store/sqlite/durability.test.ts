// Durability of the embedded store: nobody is told of anything before the disk has it, however slow it is, or if it fails.
import { randomUUID } from 'node:crypto'
import { fstatSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { StoreError } from '#rufer/server/store/port.ts'
import { openForReading } from '#rufer/server/store/sqlite/database.ts'
import type { Disk } from '#rufer/server/store/sqlite/durability.ts'
import { openData } from '#rufer/server/store/sqlite/open.ts'
import { createSqliteStore } from '#rufer/server/store/sqlite/store.ts'
import { makeFolder, openOnDatabase } from './harness.ts'
import { NOW } from './now.ts'

/** A disk that does as it is told: how it was asked, and how it is to answer. */
function createDisk() {
  const held: (() => void)[] = []
  const state = {
    asked: [] as string[],
    /** keeps what is handed over until it is let go */
    isHolding: false,
    /** how long a sync takes at least */
    slowMs: 0,
    failure: null as Error | null,
  }
  const disk: Disk = {
    fdatasyncSync() {
      state.asked.push('on the spot')
      pause(state.slowMs)
    },
    fdatasync(_file, callback) {
      state.asked.push('handed over')
      pause(state.slowMs)
      if (state.isHolding) held.push(() => callback(null))
      else callback(state.failure)
    },
  }
  return {
    disk,
    state,
    letGo: () => {
      state.isHolding = false
      for (const end of held.splice(0)) end()
    },
  }
}

function pause(ms: number) {
  if (ms > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

/** A store on a disk that is slow, so that every sync is handed over. */
async function openOnDisk() {
  const { disk, state, letGo } = createDisk()
  state.slowMs = 2
  const { store, path, conversationId } = await openOnDatabase({ disk })
  const send = (id: string = randomUUID()) =>
    store.appendMessage({ id, senderId: 'alice', target: { conversationId }, text: 'hello', at: NOW })
  state.asked.length = 0
  return { store, path, conversationId, send, state, letGo }
}

/** Whether something settles while the event loop takes some turns. */
async function isPending(promise: Promise<unknown>): Promise<boolean> {
  let isSettled = false
  const note = () => void (isSettled = true)
  void promise.then(note, note)
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => void setImmediate(resolve))
  return !isSettled
}

test('no write, no read and no watcher is told before the disk has it', async () => {
  const { store, conversationId, send, state, letGo } = await openOnDisk()
  const abort = new AbortController()
  onTestFinished(() => abort.abort())
  const changes = store.watch(abort.signal)[Symbol.asyncIterator]()
  state.isHolding = true
  const sign = changes.next()
  const written = send('first')
  await expect.poll(() => state.asked).toEqual(['handed over'])
  const read = store.listMessages({ conversationId, limit: 1 })
  // wakes the watcher, who would find the message, too
  void store.tell({ kind: 'pulse', processId: 'one', at: NOW })
  expect(await sign).toMatchObject({ value: { kind: 'pulse' } })
  const next = changes.next()
  for (const waiting of [written, read, next]) expect(await isPending(waiting)).toBe(true)

  letGo()
  expect(await written).toMatchObject({ outcome: 'stored' })
  expect(await read).toMatchObject({ messages: [{ id: 'first' }] })
  expect(await next).toMatchObject({ value: { message: { id: 'first' } } })
})

test('what comes during a sync shares the next one', async () => {
  const { send, state, letGo } = await openOnDisk()
  state.isHolding = true
  const first = send()
  await expect.poll(() => state.asked).toHaveLength(1)
  const others = [send(), send(), send()]
  expect(await isPending(Promise.race(others))).toBe(true)
  letGo()
  await Promise.all([first, ...others])
  expect(state.asked).toHaveLength(2)
})

test('a short sync is waited for on the spot; after a long one the next is handed over', async () => {
  const { send, state } = await openOnDisk()
  const sendOne = async () => {
    await send()
    return state.asked.at(-1)
  }
  expect(await sendOne()).toBe('handed over')
  state.slowMs = 0
  // a busy machine may make it long
  await expect.poll(sendOne).toBe('on the spot')
  state.slowMs = 2
  await expect.poll(sendOne).toBe('handed over')
  expect(await sendOne()).toBe('handed over')
})

test('after a sync that failed whoever asks next has the log moved into the file first', async () => {
  const { store, path, conversationId, send, state } = await openOnDisk()
  const logBytes = async () => (await stat(`${path}-wal`)).size
  async function failToSend(id: string) {
    state.failure = new Error('EIO: i/o error, fdatasync')
    await expect(send(id)).rejects.toEqual(new StoreError('store-unavailable', { cause: state.failure }))
    expect(await logBytes()).toBeGreaterThan(0)
  }

  await failToSend('one')
  const { messages } = await store.listMessages({ conversationId, limit: 1 })
  expect(messages).toMatchObject([{ id: 'one' }])
  expect(await logBytes()).toBe(0)
  // that the log is cut off is brought to the disk, too
  expect(state.asked).toEqual(['handed over', 'on the spot'])

  await failToSend('two')
  state.failure = null
  // the same message again, as its sender cannot know
  expect(await send('two')).toMatchObject({ outcome: 'duplicate' })
  expect(await logBytes()).toBe(0)
})

test('after a sync that failed a watcher need not wait for others to come', async () => {
  const { store, send, state } = await openOnDisk()
  const abort = new AbortController()
  onTestFinished(() => abort.abort())
  const next = store.watch(abort.signal)[Symbol.asyncIterator]().next()
  state.failure = new Error('EIO: i/o error, fdatasync')
  await expect(send('one')).rejects.toMatchObject({ code: 'store-unavailable' })
  expect(await next).toMatchObject({ value: { message: { id: 'one' } } })
})

test('while the log cannot be moved after a failed sync all are refused, also those who read', async () => {
  const { store, path, conversationId, send, state } = await openOnDisk()
  const reader = openForReading(path)
  reader.exec('BEGIN')
  reader.get('SELECT count(*) AS count FROM messages')
  state.failure = new Error('EIO: i/o error, fdatasync')
  await expect(send()).rejects.toMatchObject({ code: 'store-unavailable' })
  state.failure = null
  const refusal = {
    code: 'store-unavailable',
    cause: { message: expect.stringContaining('it is in use') },
  }
  await expect(send('refused')).rejects.toMatchObject(refusal)
  await expect(store.listMessages({ conversationId, limit: 1 })).rejects.toMatchObject(refusal)
  reader.close()
  await expect
    .poll(() => send('refused').catch((error: unknown) => error))
    .toMatchObject({ outcome: 'stored' })
})

test('what a killed process had committed is brought to the disk before anybody is told of it', async () => {
  const { disk, state } = createDisk()
  const database = openData(join(await makeFolder(), 'rufer.db'), 'full')
  const store = createSqliteStore(database, { disk })
  onTestFinished(() => store.close())
  expect(state.asked).toEqual(['on the spot'])
})

test('a log that cannot be brought to the disk at the start is let go, and its store does not open', async () => {
  const database = openData(join(await makeFolder(), 'rufer.db'), 'full')
  onTestFinished(() => database.close())
  let log: number | undefined
  const disk: Disk = {
    ...createDisk().disk,
    fdatasyncSync(file) {
      log = file
      throw new Error('EIO: i/o error, fdatasync')
    },
  }
  expect(() => createSqliteStore(database, { disk })).toThrow('EIO')
  expect(() => fstatSync(log ?? 0)).toThrow('EBADF')
})

test('where commits need not wait for the disk, nothing does', async () => {
  const { disk, state } = createDisk()
  const database = openData(join(await makeFolder(), 'rufer.db'), 'normal')
  const store = createSqliteStore(database, { disk })
  onTestFinished(() => store.close())
  await store.putUser({ userId: 'alice', displayName: 'Alice' }, NOW)
  expect(await store.getUsers(['alice'])).toHaveLength(1)
  expect(state.asked).toEqual([])
})
