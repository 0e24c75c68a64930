// The OpenAPI document against a running server: schemathesis makes calls of it that nobody thought of, and holds each answer to it.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { hasCommand } from '#rufer/tests/helpers/examples.ts'
import { SECRET_KEY, startServer } from '#rufer/tests/helpers/server.ts'

const VERSION = '4.32.5'
/** Other methods of a path are 404, as the protocol says. Rules that no schema can say (a message to oneself) refuse valid ones. */
const NOT_OURS = 'unsupported_method,positive_data_acceptance'

test('every answer is as /openapi.json says', async ({ skip }) => {
  const st = installSchemathesis()
  if (st === undefined) skip('schemathesis cannot be installed: there is no python3, or no pip')
  const server = await startServer({
    env: { RUFER_LIMIT_TOKENS_PER_MINUTE: '0', RUFER_LIMIT_WRONG_KEYS_PER_MINUTE: '0' },
  })
  onTestFinished(() => server.stop())
  const args = ['run', `${server.url}/openapi.json`, '-H', `x-rufer-secret-key: ${SECRET_KEY}`, '--no-color']
  const { status, stdout } = spawnSync(
    st ?? '',
    [...args, '--max-examples', '25', '--seed', '1', '--exclude-checks', NOT_OURS],
    { encoding: 'utf8', cwd: tmpdir() },
  )
  // with all it says, so that a failure can be read
  expect([status, stdout]).toEqual([0, expect.stringMatching(/Tested: \d\d/)])
})

// --- Internal helpers ---

/** The command, installed for this test alone; undefined where it cannot be. */
function installSchemathesis(): string | undefined {
  if (!hasCommand('python3')) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'rufer-schemathesis-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const steps: [string, string[]][] = [
    ['python3', ['-m', 'venv', folder]],
    [join(folder, 'bin/pip'), ['install', '--quiet', `schemathesis==${VERSION}`]],
  ]
  const isDone = steps.every(([command, args]) => spawnSync(command, args).status === 0)
  return isDone ? join(folder, 'bin/st') : undefined
}
