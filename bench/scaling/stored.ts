// What a message takes on disk, in each store: written through the store itself, then looked up under it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mongoose from 'mongoose'
import { v7 } from 'uuid'
import { startMongo } from '#rufer/bench/sides/mongod.ts'
import { openMongoStore } from '#rufer/server/store/mongo/open.ts'
import type { ChatStore } from '#rufer/server/store/port.ts'
import { openSqliteStore } from '#rufer/server/store/sqlite/open.ts'
import { readMongoSizes, readSqliteSizes, type Size, type Sizes } from './sizes.ts'

/** Bytes on disk of one each. */
export interface StoredFigures {
  message: Size
  messageChange: Size
  receipt: Size
  receiptChange: Size
}

export interface Stored {
  mongo: StoredFigures
  sqlite: StoredFigures
}

/** Stores at least as many messages in each, and a receipt for every one. */
export async function measureStored(messages: number): Promise<Stored> {
  const rounds = Math.ceil(messages / CONVERSATIONS)
  return { mongo: await storeInMongo(rounds), sqlite: await storeInSqlite(rounds) }
}

/** Characters of a message, which no compression makes smaller. */
export const TEXT_LENGTH = 100

// --- Internal helpers ---

const CONVERSATIONS = 100

async function storeInMongo(rounds: number) {
  await using started = new AsyncDisposableStack()
  const mongo = started.use(await startMongo())
  const client = new mongoose.mongo.MongoClient(mongo.uri)
  started.defer(() => client.close())
  const store = await openMongoStore(mongo.uri)
  started.defer(() => store.close())
  return await fill(store, rounds, () => readMongoSizes(client))
}

async function storeInSqlite(rounds: number) {
  await using started = new AsyncDisposableStack()
  const dataDir = mkdtempSync(join(tmpdir(), 'rufer-bench-'))
  started.defer(() => rmSync(dataDir, { recursive: true }))
  const store = await openSqliteStore({ dataDir, sqliteSync: 'full' })
  started.defer(() => store.close())
  return await fill(store, rounds, async () => readSqliteSizes(join(dataDir, 'rufer.db')))
}

/** A round is one message, or one receipt, in each conversation. What grew meanwhile is theirs. */
async function fill(store: ChatStore, rounds: number, read: () => Promise<Sizes>): Promise<StoredFigures> {
  const conversations = await openConversations(store)
  const [empty, written, received] = [
    await read(),
    await inRounds(rounds, () => conversations.map((each) => send(store, each))).then(read),
    await inRounds(rounds, (seq) => conversations.map((each) => receive(store, each, seq))).then(read),
  ]
  const count = rounds * CONVERSATIONS
  return {
    message: growth(empty.messages, written.messages, count),
    messageChange: growth(empty.changes, written.changes, count),
    receipt: growth(written.receipts, received.receipts, count),
    receiptChange: growth(written.changes, received.changes, count),
  }
}

interface Talk {
  conversationId: string
  sender: string
  recipient: string
}

async function openConversations(store: ChatStore): Promise<Talk[]> {
  const talks = Array.from({ length: CONVERSATIONS }, async (_, pair): Promise<Talk> => {
    const [sender, recipient] = [`pair-${pair}-one`, `pair-${pair}-other`]
    await Promise.all(
      [sender, recipient].map((userId) => store.putUser({ userId, displayName: userId }, now())),
    )
    const opened = await store.openConversation([sender, recipient], now())
    if (!('conversation' in opened)) throw new Error('unable to open a conversation; there is no such user')
    return { conversationId: opened.conversation.id, sender, recipient }
  })
  return Promise.all(talks)
}

async function inRounds(rounds: number, inTurn: (seq: number) => Promise<unknown>[]): Promise<void> {
  await Array.fromAsync({ length: rounds }, (_, round) => Promise.all(inTurn(round + 1)))
}

function send(store: ChatStore, { conversationId, sender }: Talk) {
  return store.appendMessage({
    id: v7(),
    senderId: sender,
    target: { conversationId },
    text: makeText(),
    at: now(),
  })
}

function receive(store: ChatStore, { conversationId, recipient }: Talk, seq: number) {
  return store.moveReceipt({
    conversationId,
    userId: recipient,
    deliveredSeq: seq,
    readSeq: seq,
    at: now(),
  })
}

function growth(before: Size, after: Size, count: number): Size {
  return { data: (after.data - before.data) / count, indexes: (after.indexes - before.indexes) / count }
}

function makeText() {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(TEXT_LENGTH)))
    .toString('base64')
    .slice(0, TEXT_LENGTH)
}

function now() {
  return new Date().toISOString()
}
