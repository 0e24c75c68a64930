// Opens the store of this process, by the engine that the settings choose.
import type { Store } from './duties.ts'
import type { CommitMeter } from './group-commit.ts'

export interface StoreSettings {
  /** the folder of the embedded store, made if it does not exist */
  dataDir: string
  /** `normal` survives a crash of the process, `full` one of the machine too */
  sqliteSync: 'full' | 'normal'
  /** the replica set of the store that many processes share; without it the embedded one */
  mongodbUri?: string | undefined
  /** whatever webhooks tell of is put into the outbox */
  hasWebhooks?: boolean
  /** is told what went wrong behind the calls of the store, and will be tried again */
  onFailure?: ((error: unknown) => void) | undefined
  meter?: CommitMeter | undefined
}

/**
 * Opens the store. An engine is loaded only now: the other one's library never is, and a caller can first look whether
 * this Node has it.
 *
 * @throws an Error of one readable line that says what to do, where it cannot be opened
 */
export async function openStore(settings: StoreSettings): Promise<Store> {
  const { mongodbUri } = settings
  if (mongodbUri !== undefined) {
    const { openMongoStore } = await import('./mongo/open.ts')
    return openMongoStore(mongodbUri, settings)
  }
  const { openSqliteStore } = await import('./sqlite/open.ts')
  return openSqliteStore(settings)
}
