// npm run register-user <id> <display name> [<avatar URL>]: registers or updates a user on a running server.
import { parseArgs } from 'node:util'
import { callServer, runCommand } from './back-end.ts'

const USAGE = 'usage: npm run register-user <user id> <display name> [<avatar URL>]'

await runCommand(async () => {
  const [userId, displayName, avatarUrl, ...more] = parseArgs({ allowPositionals: true }).positionals
  if (!userId || !displayName || more.length > 0) throw new Error(USAGE)
  const user = await post('/api/users/register', { userId, displayName, avatarUrl })
  const link = await post('/api/users/sign-in-link', { userId })
  process.stdout.write(
    `${JSON.stringify(user, null, 2)}\nSign in once, until ${String(link['expiresAt'])}: ${String(link['url'])}\n`,
  )
})

// --- Internal helpers ---

async function post(path: string, body: object): Promise<Record<string, unknown>> {
  const response = await callServer(path, { method: 'POST', body })
  return response.json()
}
