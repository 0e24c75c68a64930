// The engines that the contract holds for. What is particular to one of them stays in this file.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Store } from '#rufer/server/store/duties.ts'
import { openStore } from '#rufer/server/store/open.ts'
import { emptyDatabase, hasMongo, newDatabaseUri } from '#rufer/tests/helpers/mongo.ts'

export interface Engine {
  name: string
  /** Opens a store without data. */
  open: (settings?: { hasWebhooks?: boolean }) => Promise<OpenedStore>
}

interface OpenedStore {
  store: Store
  /** Closes the store and opens another one on the same data. */
  reopen: () => Promise<Store>
  /** Closes the store and forgets its data. */
  dispose: () => Promise<void>
}

export const allEngines: Engine[] = [
  { name: 'sqlite', open: openSqlite },
  { name: 'mongodb', open: openMongo },
]

async function openSqlite({ hasWebhooks = false } = {}): Promise<OpenedStore> {
  const dataDir = await mkdtemp(join(tmpdir(), 'rufer-contract-'))
  let store = await openStore({ dataDir, sqliteSync: 'normal', hasWebhooks })
  return {
    store,
    async reopen() {
      await store.close()
      store = await openStore({ dataDir, sqliteSync: 'normal', hasWebhooks })
      return store
    },
    async dispose() {
      await store.close()
      await rm(dataDir, { recursive: true })
    },
  }
}

/** One database for the files of tests that a process runs, emptied for each of them: making collections takes longer than most tests. */
const mongodbUri = hasMongo ? newDatabaseUri() : undefined

async function openMongo({ hasWebhooks = false } = {}): Promise<OpenedStore> {
  const settings = { dataDir: '', sqliteSync: 'normal', mongodbUri, hasWebhooks } as const
  let store = await openStore(settings)
  return {
    store,
    async reopen() {
      await store.close()
      store = await openStore(settings)
      return store
    },
    async dispose() {
      await store.close()
      await emptyDatabase(mongodbUri ?? '')
    },
  }
}
