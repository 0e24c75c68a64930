// What the commands that talk to a running server know of it: its address and its key.
import { readFileSync } from 'node:fs'
import { secretKeyPath } from '#rufer/server/secret-key.ts'

/**
 * Calls the back-end API of the server at RUFER_URL, else on this machine.
 *
 * @throws Error whose message is the API's own sentence, or says what to do where no server answers
 */
export async function callServer(
  path: string,
  init: { method?: string; body?: object } = {},
): Promise<Response> {
  const { method = 'GET', body } = init
  const url = (process.env['RUFER_URL'] || 'http://localhost:3000').replace(/\/$/, '')
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      'x-rufer-secret-key': readKey(),
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  }).catch((error: unknown) => {
    throw new Error(`no server answers at ${url}; start one with npm run dev, or set RUFER_URL`, {
      cause: error,
    })
  })
  if (response.ok) return response
  throw new Error(toSentence(await response.json(), `${url} answered ${response.status}`))
}

/** Runs a command; what it throws is one line, and a status that is not zero. */
export async function runCommand(run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}

// --- Internal helpers ---

interface Refusal {
  error?: { message: string; issues?: { path: string; message: string }[] }
}

function toSentence({ error }: Refusal, otherwise: string) {
  const details = (error?.issues ?? []).map(({ path, message }) => `\n  ${path}: ${message}`)
  return `${error?.message ?? otherwise}${details.join('')}`
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
