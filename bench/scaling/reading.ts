// Reading: how many events a process takes from the change stream, and how many it also tells to those they are for.
import mongoose from 'mongoose'
import { cpuMsOf } from '#rufer/bench/load/cpu.ts'
import { appendTo } from '#rufer/bench/mongo/documents.ts'
import { startMongo } from '#rufer/bench/sides/mongod.ts'
import { startProcess, takeSeat } from '#rufer/bench/sides/rufer.ts'
import { pidOf } from '#rufer/bench/sides/side.ts'
import { newConversation } from '#rufer/server/store/mongo/conversations.ts'
import type { ChangeDocument, ConversationDocument } from '#rufer/server/store/mongo/models.ts'
import { register } from '#rufer/tests/helpers/api.ts'
import { listen, type Listener } from './listener.ts'

/** CPU time is what one event takes, in microseconds; null where the system does not tell. */
export interface ReadingFigures {
  perSecond: number
  serverUs: number | null
  databaseUs: number | null
}

/** Round by round. */
export interface Reading {
  /** of events for users who are somewhere else */
  passing: ReadingFigures[]
  /** of events that each go to two connections of this process */
  told: ReadingFigures[]
}

/**
 * Has a process read a backlog of so many events, in several rounds.
 *
 * It is paused while they are written past it, so that neither writing them nor waiting for them counts.
 */
export async function measureReading(events: number): Promise<Reading> {
  await using started = new AsyncDisposableStack()
  const mongo = started.use(await startMongo())
  const server = await startProcess({ MONGODB_URI: mongo.uri })
  started.defer(() => server.stop())
  const client = new mongoose.mongo.MongoClient(mongo.uri)
  started.defer(() => client.close())

  const [here, elsewhere] = [makeConversations('here'), makeConversations('elsewhere')]
  const userIds = here.flatMap(({ members }) => members.map(({ userId }) => userId))
  await register(server, ...userIds)
  const listener = await listen(await Promise.all(userIds.map((userId) => takeSeat(server, userId))))
  started.use(listener)

  const changes = client.db().collection<ChangeDocument>('changes')
  const reader: Reader = { changes, listener, serverPid: pidOf(server.process), databasePid: mongo.pid }
  const passing = { conversations: elsewhere, last: here, events }
  const told = { conversations: here, last: here, events }
  // once before anything counts, so that the process runs warm code
  await readBacklog(reader, told)
  const rounds = await Array.fromAsync({ length: ROUNDS }, async () => ({
    passing: await readBacklog(reader, passing),
    told: await readBacklog(reader, told),
  }))
  return { passing: rounds.map((round) => round.passing), told: rounds.map((round) => round.told) }
}

// --- Internal helpers ---

const PAIRS = 100
const ROUNDS = 5
const AT_ONCE = 1_000

interface Reader {
  changes: mongoose.mongo.Collection<ChangeDocument>
  listener: Listener
  serverPid: number
  databasePid: number
}

interface Backlog {
  events: number
  /** in turn */
  conversations: ConversationDocument[]
  /** of the last event, which tells that all were read */
  last: ConversationDocument[]
}

function makeConversations(where: string): ConversationDocument[] {
  return Array.from({ length: PAIRS }, (_, pair) =>
    newConversation([`${where}-${pair}-one`, `${where}-${pair}-other`], new Date().toISOString()),
  )
}

async function readBacklog(
  reader: Reader,
  { events, conversations, last }: Backlog,
): Promise<ReadingFigures> {
  const { changes, listener, serverPid, databasePid } = reader
  process.kill(serverPid, 'SIGSTOP')
  const isTold = conversations === last
  const heard = listener.hear(isTold ? (events + 1) * 2 : 2)
  await Array.fromAsync({ length: Math.ceil(events / AT_ONCE) }, (_, turn) =>
    write(changes, conversations, Math.min(AT_ONCE, events - turn * AT_ONCE)),
  )
  await write(changes, last, 1)
  const [before, databaseBefore] = [cpuMsOf([serverPid]), cpuMsOf([databasePid])]
  const begin = performance.now()
  process.kill(serverPid, 'SIGCONT')
  await heard
  const toUs = (from: number | null, to: number | null) =>
    from === null || to === null ? null : ((to - from) * 1000) / events
  return {
    perSecond: (events * 1000) / (performance.now() - begin),
    serverUs: toUs(before, cpuMsOf([serverPid])),
    databaseUs: toUs(databaseBefore, cpuMsOf([databasePid])),
  }
}

async function write(changes: Reader['changes'], conversations: ConversationDocument[], count: number) {
  const storedAt = new Date()
  const documents = Array.from({ length: count }, (_, index) => {
    const conversation = conversations[index % conversations.length]
    if (!conversation) throw new Error('unable to write; there is no conversation')
    return { storedAt, change: appendTo(conversation).change }
  })
  await changes.insertMany(documents, { writeConcern: { w: 'majority' } })
}
