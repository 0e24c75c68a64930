// The commands of package.json that people type, run to their end.
import { execFile } from 'node:child_process'
import { join } from 'node:path'

export interface Ended {
  code: number
  stdout: string
  stderr: string
}

/** Runs one of the project's scripts with these settings and no others. */
export function runScript(script: string, args: string[], env: Record<string, string>): Promise<Ended> {
  const settings = { PATH: process.env['PATH'], ...env }
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(import.meta.dirname, '../../scripts', script), ...args],
      { env: settings },
      (error, stdout, stderr) => {
        resolve({ code: error ? Number(error.code) : 0, stdout, stderr })
      },
    )
  })
}
