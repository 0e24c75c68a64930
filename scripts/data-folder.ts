// What the commands for the SQLite file have in common: whose file it is, and how they tell and end.
import { parseArgs } from 'node:util'
import type { Finding } from '#rufer/server/store/sqlite/check.ts'

interface Command {
  /** of errors: `unable to <operation>; …` */
  operation: string
  usage: string
  /** what to do where the store is MongoDB */
  onMongo: string
  /** the file where none is named; without this one must be */
  defaultFile?: (dataDir: string) => string
  run: (dataDir: string, file: string) => void | Promise<void>
}

/** Runs a command on the data folder of the settings; whatever it throws is told in one line and ends it with 1. */
export async function runOnDataFolder({ operation, usage, onMongo, defaultFile, run }: Command) {
  try {
    const dataDir = process.env['RUFER_DATA_DIR'] || '.data'
    const [file = defaultFile?.(dataDir), ...more] = parseArgs({ allowPositionals: true }).positionals
    if (!file || more.length > 0) throw new Error(`usage: ${usage}`)
    if (process.env['MONGODB_URI']) throw new Error(`MONGODB_URI is set: for MongoDB ${onMongo}`)
    await run(dataDir, file)
  } catch (error) {
    process.stderr.write(
      `unable to ${operation}; ${error instanceof Error ? error.message : String(error)}\n`,
    )
    process.exitCode = 1
  }
}

/** A line for what holds; for what does not, one for each fault. */
export function toLines({ name, faults }: Finding): string[] {
  return faults.length === 0 ? [`ok      ${name}`] : faults.map((fault) => `BROKEN  ${name}: ${fault}`)
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
