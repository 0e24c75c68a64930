// Opens the store of this process.
import type { ChatStore } from './port.ts'

export interface StoreSettings {
  /** the folder of the embedded store, made if it does not exist */
  dataDir: string
  /** `normal` survives a crash of the process, `full` one of the machine too */
  sqliteSync: 'full' | 'normal'
}

/**
 * Opens the embedded store. The engine is loaded only now, so that a caller can first look whether this Node has it.
 *
 * @throws an Error of one readable line, where the folder is in use, cannot be written, or its data cannot be read
 */
export async function openStore(settings: StoreSettings): Promise<ChatStore> {
  const { openSqliteStore } = await import('./sqlite/open.ts')
  return openSqliteStore(settings)
}
