// A process that npm run dev:cluster starts, watches and ends.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'

export interface Child {
  name: string
  pid: number | undefined
  /** resolves once it has ended, however that came, with what it was and the end of its log, errors before all else */
  ended: Promise<string>
  /** Asks it to end with SIGTERM, and waits until it has. */
  stop(): Promise<void>
}

export interface ChildOptions {
  name: string
  command: string
  args: string[]
  env?: NodeJS.ProcessEnv
  /** the file that gets all it prints, made anew */
  log: string
}

/** Starts a process in a group of its own: Ctrl-C in a terminal reaches whoever started it, who ends it in its turn. */
export function startChild({ name, command, args, env = process.env, log }: ChildOptions): Child {
  const [file = command, ...rest] = [...guard, command, ...args]
  const output = openSync(log, 'w')
  const child = spawn(file, rest, { env, detached: true, stdio: ['ignore', output, output] })
  closeSync(output)
  const ended = once(child, 'exit').then(
    ([code, signal]) => `${signal ?? `exit code ${code}`}; ${log} ends with:\n${endOf(log)}`,
    (error: Error) => error.message,
  )
  return {
    name,
    pid: child.pid,
    ended,
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

// --- Internal helpers ---

/** Ends a child even when this process is killed; where there is no setpriv, it then stays. */
const guard = spawnSync('setpriv', ['--version']).status === 0 ? ['setpriv', '--pdeathsig', 'TERM'] : []

/** A line of mongod, or one of a server. */
const ERROR = /"s":"[EF]"|"level":"(?:error|fatal)"/

/** The last errors it told; without any the last lines. */
function endOf(log: string) {
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n')
  const errors = lines.filter((line) => ERROR.test(line))
  return (errors.length > 0 ? errors : lines)
    .slice(-3)
    .map((line) => `  ${line.slice(0, 400)}`)
    .join('\n')
}
