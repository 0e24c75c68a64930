// npm run bench:erasure: the latency of pairs alone, and beside the erasure of a user who wrote very much.
import { parseArgs } from 'node:util'
import type { Figures } from '#rufer/bench/figures.ts'
import { putLoad } from '#rufer/bench/load/put-load.ts'
import { startProcess, takeSeat } from '#rufer/bench/sides/rufer.ts'
import { pidOf } from '#rufer/bench/sides/side.ts'
import { median } from '#rufer/bench/statistics.ts'
import { fillUser } from '#rufer/bench/store/fill-user.ts'
import { callApi, register } from '#rufer/tests/helpers/api.ts'
import type { TestServer } from '#rufer/tests/helpers/server.ts'

const USAGE = 'usage: npm run bench:erasure -- [--messages 100000] [--rounds 3] [--seconds 10]'
/** of each pair */
const PER_SECOND = 10
const PAIRS = 10
/** A p99 may become so many times as long. */
const MOST = 2

interface Round {
  alone: Figures
  beside: Figures
  /** how long the erasure took, and whether it was under way for the whole measurement */
  seconds: number
  isWhole: boolean
}

const { messages, rounds, seconds } = readOptions()
const taken: Round[] = []
for (let round = 1; round <= rounds; round++) {
  process.stderr.write(`round ${round} of ${rounds}\n`)
  taken.push(await measureRound())
}
process.stdout.write(report(taken))

// --- Internal helpers ---

function readOptions() {
  const { values } = parseArgs({
    options: {
      messages: { type: 'string', default: '100000' },
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '10' },
    },
  })
  const options = {
    messages: Number(values.messages),
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
  }
  if (Object.values(options).some((value) => !Number.isInteger(value) || value < 1)) throw new Error(USAGE)
  return options
}

/** Each on a server of its own, for nobody is erased twice. */
async function measureRound(): Promise<Round> {
  const server = await startProcess()
  try {
    await server.signal('SIGTERM')
    const userId = await fillUser(server.dataDir, messages)
    await server.restart()
    await measure(server, 2)
    const alone = await measure(server, seconds)
    let isDone = false
    const began = performance.now()
    const erasing = callApi(server, `DELETE /api/users/${userId}`).finally(() => (isDone = true))
    const beside = await measure(server, seconds)
    const isWhole = !isDone
    const { status, body } = await erasing
    if (status !== 200 || body['messages'] !== messages)
      throw new Error(`the user was not erased (${status})`)
    return { alone, beside, isWhole, seconds: (performance.now() - began) / 1_000 }
  } finally {
    await server.stop()
  }
}

async function measure(server: TestServer, forSeconds: number): Promise<Figures> {
  const couples = Array.from({ length: PAIRS }, (_, pair) => [`one-${pair}`, `other-${pair}`] as const)
  await register(server, ...couples.flat())
  const seats = await Promise.all(
    couples.map(([one, other]) => Promise.all([takeSeat(server, one), takeSeat(server, other)])),
  )
  const perSecond = PAIRS * PER_SECOND
  return putLoad({ job: 'exchange', pids: [pidOf(server.process)], seats, seconds: forSeconds, perSecond })
}

function report(all: Round[]) {
  const lines = (['replyP50', 'replyP99', 'deliveryP50', 'deliveryP99'] as const).map((name) => {
    const of = (figures: Figures) => figures[name] ?? Number.NaN
    const [alone, beside] = [
      median(all.map((one) => of(one.alone))),
      median(all.map((one) => of(one.beside))),
    ]
    const ratio = median(all.map((one) => of(one.beside) / of(one.alone)))
    const verdict = name.endsWith('P99') ? `, at most ${MOST}x: ${ratio <= MOST ? 'holds' : 'missed'}` : ''
    return `${name}: ${alone.toFixed(2)} ms alone, ${beside.toFixed(2)} ms beside it, ${ratio.toFixed(2)}x${verdict}`
  })
  const took = median(all.map((one) => one.seconds))
  const isWhole = all.every((one) => one.isWhole)
  return [
    `${PAIRS} pairs, ${PAIRS * PER_SECOND} messages/s; medians of ${all.length} rounds of ${seconds} s`,
    ...lines,
    `${messages.toLocaleString('en')} messages erased in ${took.toFixed(1)} s${isWhole ? '' : ', which was less than the measurement: give more of them'}`,
    '',
  ].join('\n')
}
