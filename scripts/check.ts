// npm run check [-- <file>]: looks whether a store is whole and keeps the rules of its data, also while a server runs.
import { join } from 'node:path'
import { checkFile } from '#rufer/server/store/sqlite/check.ts'
import { DATABASE } from '#rufer/server/store/sqlite/files.ts'
import { print, runOnDataFolder, toLines } from './data-folder.ts'

await runOnDataFolder({
  operation: 'check',
  usage: 'npm run check [-- <file, unless that of the data folder>]',
  onMongo: 'use db.runCommand({ validate: … }) in mongosh',
  defaultFile: (dataDir) => join(dataDir, DATABASE),
  run(_dataDir, file) {
    for (const finding of checkFile(file)) {
      toLines(finding).forEach(print)
      if (finding.faults.length > 0) process.exitCode = 1
    }
  },
})
