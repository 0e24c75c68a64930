// npm run backup -- <file>: copies the store into one file, also while a server runs, and checks the copy.
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { checkFile } from '#rufer/server/store/sqlite/check.ts'
import { copyStore } from '#rufer/server/store/sqlite/copy.ts'
import { DATABASE } from '#rufer/server/store/sqlite/files.ts'
import { print, runOnDataFolder, toLines } from './data-folder.ts'

await runOnDataFolder({
  operation: 'back up',
  usage: 'npm run backup -- <file to be made>',
  onMongo: 'use mongodump --oplog, or snapshots of its volume',
  run(dataDir, file) {
    copyStore(join(dataDir, DATABASE), file)
    const broken = [...checkFile(file)].filter(({ faults }) => faults.length > 0)
    if (broken.length > 0)
      throw new Error(
        `${file} was made, but what the store holds breaks its rules\n${broken.flatMap(toLines).join('\n')}`,
      )
    print(`${file} is made and checked: ${statSync(file).size.toLocaleString('en-US')} bytes`)
  },
})
