// npm run webhooks [list | replay <id>… | drop <id>… | replay all | drop all]: the dead letters of a running server.
import { parseArgs } from 'node:util'
import type { Answer } from '#rufer/shared/protocol/http.ts'
import { LETTERS_AT_ONCE } from '#rufer/shared/protocol/webhooks.ts'
import { callServer, runCommand } from './back-end.ts'

type Page = Answer<'GET /api/webhooks/dead-letters'>

const USAGE = 'usage: npm run webhooks [list | replay <id>… | replay all | drop <id>… | drop all]'

await runCommand(async () => {
  const [action = 'list', ...ids] = parseArgs({ allowPositionals: true }).positionals
  if (action === 'list' && ids.length === 0) return list()
  if (ids.length === 0) throw new Error(USAGE)
  const wanted = ids.join(' ') === 'all' ? await allIds() : ids
  const count = await settle(toAction(action), wanted)
  process.stdout.write(`${count} ${action === 'replay' ? 'put back, to be sent again' : 'dropped'}\n`)
  if (count < wanted.length) throw new Error(`${wanted.length - count} are no dead letters`)
})

// --- Internal helpers ---

function toAction(word: string) {
  if (word === 'replay' || word === 'drop') return word
  throw new Error(USAGE)
}

async function list() {
  let count = 0
  for await (const { letters } of pages()) {
    count += letters.length
    for (const { id, type, deadAt, attempts, reason } of letters)
      process.stdout.write(`${id}  ${deadAt}  ${type}  ${attempts} attempts  ${reason}\n`)
  }
  process.stderr.write(`${count} dead letters\n`)
}

async function allIds() {
  const ids: string[] = []
  for await (const { letters } of pages()) ids.push(...letters.map(({ id }) => id))
  return ids
}

async function* pages(): AsyncGenerator<Page> {
  for (let query: string | undefined = ''; query !== undefined;) {
    const response = await callServer(`/api/webhooks/dead-letters${query}`)
    const page: Page = await response.json()
    yield page
    query = page.after === null ? undefined : `?after=${encodeURIComponent(page.after)}`
  }
}

async function settle(action: 'replay' | 'drop', ids: string[]): Promise<number> {
  const [now, later] = [ids.slice(0, LETTERS_AT_ONCE), ids.slice(LETTERS_AT_ONCE)]
  if (now.length === 0) return 0
  const response = await callServer(`/api/webhooks/dead-letters/${action}`, {
    method: 'POST',
    body: { ids: now },
  })
  const { count }: { count: number } = await response.json()
  return count + (await settle(action, later))
}
