// npm run restore -- <file>: puts a backup in the place of what a data folder holds, which is kept beside it.
import { restoreStore } from '#rufer/server/store/sqlite/restore.ts'
import { print, runOnDataFolder } from './data-folder.ts'

await runOnDataFolder({
  operation: 'restore',
  usage: 'npm run restore -- <file that npm run backup made>',
  onMongo: 'use mongorestore --oplogReplay --drop',
  async run(dataDir, file) {
    const replaced = await restoreStore(dataDir, file)
    print(`${dataDir} holds what ${file} holds`)
    if (replaced) print(`what it held before is in ${replaced}`)
  },
})
