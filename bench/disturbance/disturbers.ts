// Connections that do harm, a process of their own: some ask for much and read nothing, some flood; cut off, they come back.
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { issueToken, register } from '#rufer/tests/helpers/api.ts'
import { connect } from '#rufer/tests/helpers/client.ts'
import type { ServerAddress } from '#rufer/tests/helpers/server.ts'
import { openTcp, toFrame, upgradeHead, writeOnAndOn } from '#rufer/tests/helpers/wire.ts'

interface Kind {
  name: string
  count: number
  /** what each sends as soon as it is connected; made only where the kind is wanted, as that may take writing */
  bytes: () => Buffer | Promise<Buffer>
  /** again and again, and reading what comes; else once, and reading nothing */
  isFlood: boolean
}

/** A second between attempts that the server refuses. */
const REFUSED_MS = 1_000

const input = createInterface({ input: process.stdin })
const [line] = await once(input, 'line')
// the sockets are simply dropped
input.once('close', () => process.exit())
const wanted: { server: ServerAddress; kinds: string[] } = JSON.parse(line)
const { server } = wanted
const kinds: Kind[] = [
  { name: 'slow', count: 20, bytes: requestPages, isFlood: false },
  { name: 'asking', count: 5, bytes: () => toMany((id) => toRequest(id, 'session.ping')), isFlood: true },
  { name: 'pinging', count: 5, bytes: () => toMany(() => toFrame('', { opcode: 9 })), isFlood: true },
  { name: 'babbling', count: 5, bytes: () => toMany(() => toFrame('x'.repeat(1_000))), isFlood: true },
]
await Promise.all(kinds.filter(({ name }) => wanted.kinds.includes(name)).map(begin))
process.stdout.write('ready\n')

// --- Internal helpers ---

type Ready = Omit<Kind, 'bytes'> & { bytes: Buffer }

async function begin(kind: Kind) {
  const userIds = Array.from({ length: kind.count }, (_, index) => `${kind.name}-${index}`)
  await register(server, ...userIds)
  const ready = { ...kind, bytes: await kind.bytes() }
  for (const userId of userIds) void disturb(ready, userId)
}

async function disturb(kind: Ready, userId: string): Promise<never> {
  for (;;) await liveOnce(kind, userId).catch(() => delay(REFUSED_MS))
}

/** Connects, does harm, and comes back once it is cut off. */
async function liveOnce({ name, bytes, isFlood }: Ready, userId: string) {
  const token = await issueToken(server, name === 'slow' ? 'slow' : userId)
  const tcp = openTcp(server)
  const closed = new Promise((resolve) => tcp.on('error', () => {}).once('close', resolve))
  tcp.write(upgradeHead({ token }))
  const [answer] = await once(tcp, 'data')
  if (!String(answer).startsWith('HTTP/1.1 101')) throw new Error('refused')
  if (isFlood) writeOnAndOn(tcp.resume(), bytes)
  else tcp.pause().write(bytes)
  await closed
}

/** Requests for a page that fills a reply, as many at once as a connection may send. */
async function requestPages() {
  // Another one each time: a moment ago somebody may have written as much as one user may.
  const writer = `writer-${process.pid}`
  await register(server, 'slow', writer)
  const client = await connect(server, writer)
  const sent = Array.from({ length: 40 }, () => client.say({ userId: 'slow' }, 'x'.repeat(6_000)))
  const [first] = await Promise.all(sent)
  await client.close()
  const params = { conversationId: first?.message.conversationId, limit: 100 }
  return Buffer.concat(Array.from({ length: 60 }, (_, id) => toRequest(id, 'message.list', params)))
}

function toRequest(id: number, method: string, params: object = {}) {
  return toFrame(JSON.stringify({ id, method, params }))
}

function toMany(toOne: (index: number) => Buffer) {
  return Buffer.concat(Array.from({ length: 500 }, (_, index) => toOne(index)))
}
