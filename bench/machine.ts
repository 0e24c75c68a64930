// What a run ran on, with what, and when.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, release, type as systemType } from 'node:os'
import { join } from 'node:path'
import { findMongod } from '#rufer/scripts/mongod.ts'
import type { Summary } from './report/summary.ts'

/** With the versions of what is no part of every run. */
export function describeMachine(
  versions: Record<string, string>,
): Pick<Summary, 'date' | 'machine' | 'versions'> {
  const processors = cpus()
  return {
    date: new Date().toISOString(),
    machine: {
      processor: processors[0]?.model.trim() ?? 'unknown',
      cores: processors.length,
      system: `${systemType()} ${release()}`,
    },
    versions: {
      Node: process.versions.node,
      SQLite: process.versions['sqlite'] ?? 'unknown',
      ws: versionOf('ws'),
      'Socket.IO': versionOf('socket.io'),
      ...versions,
    },
  }
}

/** The version of the mongod that measurements run on, or why there is none. */
export async function findVersionOfMongod(): Promise<{ version: string } | { fault: string }> {
  try {
    const told = execFileSync(await findMongod(), ['--version'], { encoding: 'utf8' })
    return { version: /db version v(\S+)/.exec(told)?.[1] ?? 'unknown' }
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) }
  }
}

// --- Internal helpers ---

function versionOf(name: string) {
  const path = join(import.meta.dirname, '../node_modules', name, 'package.json')
  const { version }: { version: string } = JSON.parse(readFileSync(path, 'utf8'))
  return version
}
