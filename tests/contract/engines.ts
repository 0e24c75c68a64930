// The engines that the contract holds for. What is particular to one of them stays in this file.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '#rufer/server/store/open.ts'
import type { ChatStore } from '#rufer/server/store/port.ts'

export interface Engine {
  name: string
  /** Opens a store without data. */
  open: () => Promise<OpenedStore>
}

interface OpenedStore {
  store: ChatStore
  /** Closes the store and opens another one on the same data. */
  reopen: () => Promise<ChatStore>
  /** Closes the store and forgets its data. */
  dispose: () => Promise<void>
}

export const allEngines: Engine[] = [{ name: 'sqlite', open: openSqlite }]

async function openSqlite(): Promise<OpenedStore> {
  const dataDir = await mkdtemp(join(tmpdir(), 'rufer-contract-'))
  let store = await openStore({ dataDir, sqliteSync: 'normal' })
  return {
    store,
    async reopen() {
      await store.close()
      store = await openStore({ dataDir, sqliteSync: 'normal' })
      return store
    },
    async dispose() {
      await store.close()
      await rm(dataDir, { recursive: true })
    },
  }
}
