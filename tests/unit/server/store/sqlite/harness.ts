// What the tests of the embedded store share: a data folder, a store on an open database, and child processes.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { ChatStore } from '#rufer/server/store/port.ts'
import { openData } from '#rufer/server/store/sqlite/open.ts'
import { createSqliteStore, type StoreOptions } from '#rufer/server/store/sqlite/store.ts'
import { NOW } from './now.ts'

export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rufer-sqlite-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

/** A store with alice, bob and their conversation, on a database that the test can reach. */
export async function openOnDatabase(events: StoreOptions = {}) {
  const path = join(await makeFolder(), 'rufer.db')
  const database = openData(path, 'full')
  const store = createSqliteStore(database, events)
  onTestFinished(() => store.close())
  return { path, database, store, conversationId: await openDirect(store) }
}

export async function openDirect(store: ChatStore): Promise<string> {
  await store.putUser({ userId: 'alice', displayName: 'Alice' }, NOW)
  await store.putUser({ userId: 'bob', displayName: 'Bob' }, NOW)
  const outcome = await store.openConversation(['alice', 'bob'], NOW)
  if (outcome.outcome === 'user-not-found') throw new Error('unable to open; a user was not found')
  return outcome.conversation.id
}

/** Starts a process that opens the store in a folder and sends, 20 messages at a time, until it is killed. */
export function startSender(dataDir: string, textLength = 0) {
  const script = fileURLToPath(new URL('./sender.ts', import.meta.url))
  const child = spawn(process.execPath, [script, dataDir, String(textLength)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close')
  onTestFinished(() => void child.kill('SIGKILL'))
  return {
    /** The ids of stored messages, each as soon as it was acknowledged. */
    ids: createInterface({ input: child.stdout })[Symbol.asyncIterator](),
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
