// The benchmark for tests: a process of its own, on the build that is there.
import { execFile } from 'node:child_process'
import { join } from 'node:path'

/** Runs the benchmark on the build that is there. */
export const bench = (...args: (string | Env)[]) => runIn('bench.ts', '--no-build', ...args)

type Env = Record<string, string>

/** With what is no word as further environment. */
export function runIn(script: string, ...args: (string | Env)[]) {
  const words = args.filter((each) => typeof each === 'string')
  const env = Object.assign({}, process.env, ...args.filter((each) => typeof each === 'object'))
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(
      process.execPath,
      [join(import.meta.dirname, '../../bench', script), ...words],
      { env },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    )
  })
}
