// npm run register-user <id> <display name> [<avatar URL>]: registers or updates a user on a running server.
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { secretKeyPath } from '#rufer/server/secret-key.ts'

const USAGE = 'usage: npm run register-user <user id> <display name> [<avatar URL>]'
const url = (process.env['RUFER_URL'] || 'http://localhost:3000').replace(/\/$/, '')

try {
  const [userId, displayName, avatarUrl, ...more] = parseArgs({ allowPositionals: true }).positionals
  if (!userId || !displayName || more.length > 0) throw new Error(USAGE)
  const user = await call('/api/users/register', { userId, displayName, avatarUrl })
  const link = await call('/api/users/sign-in-link', { userId })
  process.stdout.write(
    `${JSON.stringify(user, null, 2)}\nSign in once, until ${String(link['expiresAt'])}: ${String(link['url'])}\n`,
  )
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}

// --- Internal helpers ---

/** Calls the back-end API; its own error sentence is what is thrown. */
async function call(path: string, body: object): Promise<Record<string, unknown>> {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-rufer-secret-key': readKey() },
    body: JSON.stringify(body),
  }).catch((error: unknown) => {
    throw new Error(`no server answers at ${url}; start one with npm run dev, or set RUFER_URL`, {
      cause: error,
    })
  })
  const answer = await response.json()
  if (response.ok) return answer
  const details = (answer.error?.issues ?? []).map(
    (issue: { path: string; message: string }) => `\n  ${issue.path}: ${issue.message}`,
  )
  throw new Error(`${answer.error?.message ?? `${url} answered ${response.status}`}${details.join('')}`)
}

/** The key of the environment, else that of demo mode's data folder. */
function readKey(): string {
  const given = process.env['RUFER_SECRET_KEY']?.split(',')[0]
  if (given) return given
  const path = secretKeyPath(process.env['RUFER_DATA_DIR'] || '.data')
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    throw new Error(`there is no key in ${path}; set RUFER_SECRET_KEY to the server's`, { cause: error })
  }
}
