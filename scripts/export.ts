// npm run --silent export <user id> [-- --after <place>] > <file>: all that is kept of a user, from a running server.
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { ExportLine } from '#rufer/shared/protocol/export.ts'
import { callServer, runCommand } from './back-end.ts'
import { startProgress } from './progress.ts'

const USAGE = 'usage: npm run --silent export <user id> [-- --after <place>] > <file>'
/** How often in a row it may break off without a line; a server that restarts is back by then. */
const TRIES = 5
const PAUSE_MS = 1_000

await runCommand(async () => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { after: { type: 'string' } },
  })
  const [userId, ...more] = positionals
  if (!userId || more.length > 0) throw new Error(USAGE)
  const progress = startProgress()
  const state: State = {
    userId,
    after: values.after,
    lines: 0,
    isDone: false,
    conversations: { of: 0, begun: 0, revs: 0 },
  }
  await readToEnd(state, () => progress.show(partOf(state), `${state.lines.toLocaleString('en')} lines`))
  progress.end(`${state.lines.toLocaleString('en')} lines`)
})

// --- Internal helpers ---

interface State {
  userId: string
  /** of the last line that was written */
  after: string | undefined
  lines: number
  isDone: boolean
  conversations: { of: number; begun: number; revs: number }
  rev?: number
}

/** Takes it up again where it broke off; what cannot go on says how somebody else can. */
async function readToEnd(state: State, show: () => void, tries = 0): Promise<void> {
  const before = state.lines
  try {
    await readOn(state, show)
    if (state.isDone) return
    throw new Error('the server ended the export before its end')
  } catch (error) {
    const triesNow = state.lines > before ? 0 : tries + 1
    if (state.lines === 0) throw error
    if (triesNow >= TRIES) throw withPlace(state, error)
    await pause(PAUSE_MS)
    return readToEnd(state, show, triesNow)
  }
}

async function readOn(state: State, show: () => void) {
  const { userId, after } = state
  const query = after === undefined ? '' : `?after=${encodeURIComponent(after)}`
  const { body } = await callServer(`/api/users/${encodeURIComponent(userId)}/export${query}`)
  if (!body) throw new Error('the server sent nothing')
  for await (const text of createInterface({ input: Readable.fromWeb(body), crlfDelay: Infinity })) {
    const line = parse(text)
    // the last one may be cut off, and comes again
    if (!line) return
    if (!process.stdout.write(`${text}\n`)) await once(process.stdout, 'drain')
    note(state, line)
    show()
  }
}

function parse(text: string): ExportLine | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function note(state: State, line: ExportLine) {
  state.lines++
  if ('after' in line) state.after = line.after
  if (line.kind === 'user') state.conversations.of = line.conversations
  if (line.kind === 'conversation') {
    state.conversations.begun++
    state.conversations.revs = line.conversation.rev
    state.rev = 0
  }
  if (line.kind === 'message') state.rev = line.message.rev
  if (line.kind === 'receipt') state.rev = line.receipt.rev
  if (line.kind === 'end') state.isDone = true
}

/** Of the conversations, and of the one that is being read. */
function partOf({ conversations: { of, begun, revs }, rev = 0 }: State) {
  if (of === 0 || begun === 0) return 0
  const within = revs > 0 ? Math.min(1, rev / revs) : 1
  return Math.min(1, (begun - 1 + within) / of)
}

function withPlace({ after = '' }: State, error: unknown) {
  const reason = error instanceof Error ? error.message : String(error)
  return new Error(`${reason}\nto go on, append the output of the same command with: -- --after ${after}`, {
    cause: error,
  })
}
