// A server that speaks MongoDB's protocol as far as a client asks what it is, and says of itself what a test says.
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import mongoose from 'mongoose'
import { onTestFinished } from 'vitest'

const { BSON } = mongoose.mongo
type Document = Record<string, unknown>

/** Starts one that ends with the test, and gives its address; `about` is added to its answer to `hello`. */
export async function startScriptedMongod(about: Document): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    readMessages(socket, (message) => socket.write(answer(message, { ...MEMBER, ...about })))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('unable to start; it has no port')
  return `mongodb://127.0.0.1:${address.port}/`
}

// --- Internal helpers ---

const OP_REPLY = 1
const OP_QUERY = 2004
const OP_MSG = 2013
const HEADER_BYTES = 16

const MEMBER = {
  ok: 1,
  isWritablePrimary: true,
  ismaster: true,
  maxBsonObjectSize: 16_777_216,
  maxMessageSizeBytes: 48_000_000,
  maxWriteBatchSize: 100_000,
  logicalSessionTimeoutMinutes: 30,
  minWireVersion: 0,
  maxWireVersion: 17,
}

/** Cuts what comes into messages; each begins with its length. */
function readMessages(socket: Socket, onMessage: (message: Buffer) => void) {
  let received = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk])
    while (received.length >= 4 && received.length >= received.readInt32LE(0)) {
      const length = received.readInt32LE(0)
      onMessage(received.subarray(0, length))
      received = received.subarray(length)
    }
  })
}

/** The first question of a connection is an old query, all others are messages; each wants an answer of its own kind. */
function answer(message: Buffer, hello: Document): Buffer {
  const requestId = message.readInt32LE(4)
  if (message.readInt32LE(12) === OP_QUERY) {
    const head = Buffer.alloc(20)
    head.writeInt32LE(1, 16)
    return toMessage(OP_REPLY, requestId, Buffer.concat([head, BSON.serialize(hello)]))
  }
  // flags and the kind of the section come before the document
  const asked = BSON.deserialize(message.subarray(HEADER_BYTES + 5))
  return toMessage(OP_MSG, requestId, Buffer.concat([Buffer.alloc(5), BSON.serialize(reply(asked, hello))]))
}

function reply(asked: Document, hello: Document): Document {
  if ('hello' in asked || 'ismaster' in asked) return hello
  if ('listCollections' in asked) return { ok: 1, cursor: { id: 0, ns: 'rufer.$cmd', firstBatch: [] } }
  return { ok: 1 }
}

function toMessage(opCode: number, responseTo: number, body: Buffer): Buffer {
  const head = Buffer.alloc(HEADER_BYTES)
  head.writeInt32LE(HEADER_BYTES + body.length, 0)
  head.writeInt32LE(responseTo, 8)
  head.writeInt32LE(opCode, 12)
  return Buffer.concat([head, body])
}
