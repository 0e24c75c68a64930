// The examples and the client package, as somebody who uses them has them.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
export const EXAMPLES = join(ROOT, 'examples')
export const PACKAGE = join(ROOT, 'dist/rufer-client')

/** Whether a command is there. */
export function hasCommand(name: string): boolean {
  return spawnSync(name, ['--version']).status === 0
}

/** A folder with the package in it as npm would publish and install it; gone when the test ends. */
export function installClient(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rufer-example-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: PACKAGE })
  const target = join(folder, 'node_modules/rufer-client')
  mkdirSync(target, { recursive: true })
  execFileSync('tar', ['xzf', 'rufer-client-0.1.0.tgz', '-C', target, '--strip-components=1'], {
    cwd: folder,
  })
  return folder
}

/** The echo bot, installed. */
export function installBot(): string {
  const folder = installClient()
  cpSync(join(EXAMPLES, 'echo-bot'), folder, { recursive: true })
  return folder
}

/** Starts a program that runs until the test ends; `line` waits for the next one it prints. */
export function startProgram(
  command: string,
  args: string[],
  options: { cwd?: string; env: Record<string, string> },
): { line: () => Promise<string>; stop: () => Promise<void> } {
  const child = spawn(command, args, {
    ...options,
    env: { PATH: process.env['PATH'], ...options.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  async function stop() {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill()
    await once(child, 'exit')
  }
  onTestFinished(stop)
  return {
    async line() {
      const { value, done } = await lines.next()
      if (done) throw new Error(`${command} ${args.join(' ')} ended`)
      return value
    },
    stop,
  }
}
