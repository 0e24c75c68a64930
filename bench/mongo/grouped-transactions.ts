// Bare grouped transactions: what a mongod takes of the documents of messages, from a client that does nothing else.
import mongoose from 'mongoose'
import type { Figures } from '#rufer/bench/figures.ts'
import { startMeter } from '#rufer/bench/load/meter.ts'
import type { Mongo } from '#rufer/bench/sides/mongod.ts'
import { toFigures } from '#rufer/bench/statistics.ts'
import { newConversation } from '#rufer/server/store/mongo/conversations.ts'
import {
  openCollections,
  type Collections,
  type ConversationDocument,
} from '#rufer/server/store/mongo/models.ts'
import { appendTo } from './documents.ts'

export interface GroupedTransactions extends AsyncDisposable {
  /** Commits transactions of so many messages for some seconds. */
  measure: (group: number, seconds: number) => Promise<Figures>
}

/**
 * Makes the collections and indexes of Rufer's store in a database of its own, with as many conversations.
 *
 * Every conversation is in one of two lanes, each with one transaction under way: one more at a time than Rufer has, which
 * is when a mongod takes most. Unlike in Rufer, nothing is looked up: what there is is known.
 */
export async function openGroupedTransactions(mongo: Mongo, pairs: number): Promise<GroupedTransactions> {
  const connection = mongoose.createConnection(mongo.uri, {
    dbName: 'bare',
    writeConcern: { w: 'majority' },
    bufferCommands: false,
  })
  await connection.asPromise()
  const collections = await openCollections(connection)
  const conversations = Array.from({ length: Math.max(LANES, pairs) }, (_, pair) =>
    newConversation([`pair-${pair}-one`, `pair-${pair}-other`], new Date().toISOString()),
  )
  await collections.conversations.insertMany(conversations)
  const lanes = Array.from({ length: LANES }, (_, lane): Lane => {
    const own = conversations.filter((_conversation, index) => index % LANES === lane)
    return { collections, session: connection.getClient().startSession(), conversations: own, next: 0 }
  })

  return {
    async measure(group, seconds) {
      await runLanes(lanes, group, seconds / 4)
      const stopMeter = startMeter({ pids: [], database: mongo })
      const { times, elapsedMs } = await runLanes(lanes, group, seconds)
      const { databaseCpu = null, generatorCpu = null, othersCpu = null } = stopMeter()
      return {
        perSecond: (times.length * group * 1000) / elapsedMs,
        group,
        ...toFigures('transaction', times),
        databaseCpu,
        generatorCpu,
        othersCpu,
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(lanes.map(({ session }) => session.endSession()))
      await connection.close()
    },
  }
}

// --- Internal helpers ---

const LANES = 2

interface Lane {
  collections: Collections
  session: mongoose.mongo.ClientSession
  conversations: ConversationDocument[]
  /** whose turn it is */
  next: number
}

async function runLanes(lanes: Lane[], group: number, seconds: number) {
  const startedAt = performance.now()
  const until = startedAt + seconds * 1000
  const times = await Promise.all(lanes.map((lane) => Array.fromAsync(commitUntil(lane, group, until))))
  return { times: times.flat(), elapsedMs: performance.now() - startedAt }
}

/** One transaction after the other; gives how long each took, in milliseconds. */
async function* commitUntil(lane: Lane, group: number, until: number) {
  while (performance.now() < until) {
    const begin = performance.now()
    yield commit(lane, group).then(() => performance.now() - begin)
  }
}

async function commit(lane: Lane, group: number): Promise<void> {
  const { collections, session } = lane
  const turn = Array.from({ length: group }, () => takeNext(lane))
  const appended = turn.map(appendTo)
  const storedAt = new Date()
  session.startTransaction({ readConcern: { level: 'local' }, writeConcern: { w: 'majority' } })
  await collections.conversations.bulkWrite([...new Set(turn)].map(toUpdate), { session })
  await collections.messages.insertMany(
    appended.map(({ message }) => message),
    { session },
  )
  await collections.changes.insertMany(
    appended.map(({ change }) => ({ storedAt, change })),
    { session },
  )
  await session.commitTransaction()
}

function takeNext(lane: Lane): ConversationDocument {
  const conversation = lane.conversations[lane.next++ % lane.conversations.length]
  if (!conversation) throw new Error('unable to commit; there is no conversation')
  return conversation
}

function toUpdate({ _id, ...fields }: ConversationDocument) {
  return { updateOne: { filter: { _id }, update: { $set: { ...fields, version: ++fields.version } } } }
}
