// npm run bench:export [-- --messages 1000000]: exports a user of very many messages, and looks at the server's memory.
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { parseArgs } from 'node:util'
import { startProcess } from '#rufer/bench/sides/rufer.ts'
import { pidOf } from '#rufer/bench/sides/side.ts'
import { SECRET_KEY, type TestServer } from '#rufer/tests/helpers/server.ts'
import { fillUser } from '#rufer/bench/store/fill-user.ts'
import { watchMemory } from './watch-memory.ts'

/** More than this between a tenth of the way and its end would be something that is kept. */
const MOST_GROWTH_MB = 64
/** What its heap may grow to at all: what is kept of a million lines would not fit. */
const HEAP_MB = 64

const { values } = parseArgs({ options: { messages: { type: 'string', default: '1000000' } } })
const messages = Number(values.messages)
if (!Number.isInteger(messages) || messages < 1_000) throw new Error('give 1,000 messages or more')

const server = await startProcess({ NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}` })
try {
  await server.signal('SIGTERM')
  const userId = await fillUser(server.dataDir, messages)
  await server.restart()
  await measure(server, userId)
} finally {
  await server.stop()
}

// --- Internal helpers ---

async function measure({ url, process: child }: TestServer, userId: string) {
  const memory = watchMemory(pidOf(child))
  const atRest = memory.now()
  const began = performance.now()
  const [early, lines] = await readAll(`${url}/api/users/${userId}/export`, () => memory.most())
  const seconds = (performance.now() - began) / 1_000
  const most = memory.most()
  memory.stop()
  const growth = most - early
  process.stdout.write(
    [
      `${lines.toLocaleString('en')} lines in ${seconds.toFixed(1)} s (${Math.round(lines / seconds).toLocaleString('en')} a second)`,
      `resident memory: ${atRest.toFixed(0)} MB at rest, ${early.toFixed(0)} MB at most in the first tenth, ${most.toFixed(0)} MB at most in all`,
      `growth after the first tenth: ${growth.toFixed(0)} MB, at most ${MOST_GROWTH_MB}: ${growth <= MOST_GROWTH_MB ? 'holds' : 'missed'}`,
      '',
    ].join('\n'),
  )
  if (growth > MOST_GROWTH_MB) process.exitCode = 1
}

/** What was read at a tenth of the way, and how many lines there were. */
async function readAll(url: string, readEarly: () => number): Promise<[number, number]> {
  const { body } = await fetch(url, { headers: { 'x-rufer-secret-key': SECRET_KEY } })
  if (!body) throw new Error('the server sent nothing')
  let early = 0
  let lines = 0
  let last = ''
  for await (const line of createInterface({ input: Readable.fromWeb(body) })) {
    if (++lines === Math.ceil(messages / 10)) early = readEarly()
    last = line
  }
  if (last !== '{"kind":"end"}') throw new Error('the export broke off')
  return [early, lines]
}
