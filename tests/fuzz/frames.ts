// Frames: requests that are refused in the reply, and what ends the connection.
import { toFrame } from '#rufer/tests/helpers/wire.ts'
import { samplesOf } from '#rufer/tests/helpers/samples.ts'
import { closeCodes } from '#rufer/shared/protocol/close-codes.ts'
import { isErrorCode } from '#rufer/shared/protocol/errors.ts'
import { methods } from '#rufer/shared/protocol/methods.ts'
import type { Job } from './job.ts'
import { startLaps } from './laps.ts'
import type { Random } from './random.ts'
import { openSocket, type Frame, type FuzzSocket } from './socket.ts'
import { anyBrokenJson, anyJson, anyObject, anyString, mutated } from './values.ts'

/** Requests with any params, many at once on one connection. */
export function fuzzRequests({ target, random, tally, userIds }: Job): () => Promise<void> {
  let socket: FuzzSocket | undefined
  let conversationIds: string[] = []
  let lastId = 0
  return async () => {
    if (!socket?.isOpen()) {
      socket = await openSocket(target, { userId: random.pick(userIds) })
      conversationIds = await conversationsOf(socket)
      lastId = 0
    }
    const { isRevoked, send, reply } = socket
    const requests = random.list([1, 200], () => {
      lastId += 1 + random.below(3)
      return {
        id: lastId,
        text: anyRequest(random, { id: lastId, conversationIds, peerId: random.pick(userIds) }),
      }
    })
    const lap = startLaps()
    for (const { text } of requests) send(text)
    await Promise.all(
      requests.map(async ({ id, text }) => {
        const outcome = outcomeOf(await reply(id)) ?? (isRevoked() ? 'ended' : undefined)
        if (outcome) tally.answered('request', outcome, lap())
        else tally.fault({ kind: 'request', what: 'no reply that is defined', input: text })
      }),
    )
  }
}

/** What breaks the protocol, one connection each. */
export function fuzzViolations({ target, random, tally, userIds }: Job): () => Promise<void> {
  return async () => {
    const socket = await openSocket(target, { userId: random.pick(userIds) })
    const { bytes, mustEnd, codes = [] } = anyViolation(random)
    const began = performance.now()
    socket.tcp.write(bytes)
    // what may be half a frame, or none that breaks anything, is followed by the end of all bytes
    if (!mustEnd) socket.tcp.end()
    const code = await socket.ended()
    const isDefined = typeof code === 'number' && (CLOSES.has(code) || (!mustEnd && isEnd(code, codes)))
    if (isDefined) tally.answered('violation', code, performance.now() - began)
    else tally.fault({ kind: 'violation', what: `closed with ${code}`, input: bytes.toString('base64') })
    socket.close()
  }
}

// --- Internal helpers ---

const METHODS = Object.keys(methods)
/** The opcode of a close frame. */
const CLOSE = 8
const CLOSES: ReadonlySet<number> = new Set(
  ['broken', 'binary', 'invalidText', 'policy', 'tooLarge', 'violation', 'ended'].map(toCode),
)

/** The peer has gone first: without a word, or with a code of its own that the server gives back. */
function isEnd(code: number, codes: number[]): boolean {
  return [1000, 1005, 1006, ...codes].includes(code) || (code >= 3000 && code <= 4999)
}

function toCode(reason: string): number {
  return Object.entries(closeCodes).find(([name]) => name === reason)?.[1].code ?? 0
}

interface Known {
  conversationIds: string[]
  peerId: string
}

function anyRequest(random: Random, { id, ...known }: Known & { id: number }): string {
  const method = random.chance(0.9) ? random.pick(METHODS) : anyString(random)
  const named = random.chance(0.97) ? JSON.stringify(method) : anyJson(random)
  const more = random.chance(0.1) ? `,"extra":${anyJson(random)}` : ''
  return `{"id":${id},"method":${named},"params":${anyParams(random, method, known)}${more}}`
}

function anyParams(random: Random, method: string, { conversationIds, peerId }: Known): string {
  if (random.chance(0.2)) return random.chance(0.5) ? anyObject(random) : anyJson(random)
  const isKnown = conversationIds.length > 0 && random.chance(0.5)
  const conversationId = isKnown ? random.pick(conversationIds) : anyString(random)
  const samples: Record<string, object> = samplesOf({ conversationId, peerId })
  const fields = Object.entries(samples[method] ?? {}).map(([key, value]): [string, string] => [
    key,
    JSON.stringify(value),
  ])
  return mutated(random, Object.fromEntries(fields))
}

/** The conversations of a socket's user, asked for with the id 0. */
async function conversationsOf(socket: FuzzSocket): Promise<string[]> {
  socket.send('{"id":0,"method":"conversation.list"}')
  const { result }: { result?: { conversations: { id: string }[] } } = Object(await socket.reply(0))
  return result?.conversations.map(({ id }) => id) ?? []
}

/** What a reply says, if it is one that is defined: `internal` never is. */
function outcomeOf(reply: Frame | undefined | 'late'): string | undefined {
  if (reply === undefined || reply === 'late') return undefined
  if ('result' in reply) return 'result'
  const { code, message, retryable }: { code?: unknown; message?: unknown; retryable?: unknown } = Object(
    reply['error'],
  )
  const isDefined =
    isErrorCode(code) && code !== 'internal' && typeof message === 'string' && typeof retryable === 'boolean'
  return isDefined ? code : undefined
}

interface Violation {
  bytes: Buffer
  mustEnd: boolean
  /** that its frames may end the connection with */
  codes?: number[]
}

function anyViolation(random: Random): Violation {
  switch (random.below(6)) {
    case 0:
      return { bytes: toFrame(anyBrokenJson(random)), mustEnd: true }
    case 1:
      return {
        bytes: toFrame(
          `{"id":${random.pick(['-1', '1.5', '"1"', 'null', '{}', '1e999', '9007199254740992'])}}`,
        ),
        mustEnd: true,
      }
    case 2:
      return {
        bytes: toFrame(random.bytes(random.below(200)), { opcode: random.pick([2, 3, 7, 11, 15]) }),
        mustEnd: true,
      }
    case 3:
      return { bytes: toFrame(anyString(random), { reserved: 1 + random.below(7) }), mustEnd: true }
    case 4:
      return { ...fragments(random), mustEnd: false }
    default:
      return { bytes: random.bytes(random.pick([1, 2, 14, 200, 5_000])), mustEnd: false }
  }
}

/** Frames that belong together or not, of sound and unsound parts. */
function fragments(random: Random): Pick<Violation, 'bytes' | 'codes'> {
  const frames = random.list([1, 80], () => ({
    payload: Buffer.from(random.chance(0.5) ? anyString(random) : random.bytes(random.below(100))),
    options: {
      opcode: random.pick([0, 0, 0, 1, 1, 2, CLOSE, 9, 10]),
      isFinal: random.chance(0.4),
      isMasked: random.chance(0.95),
      reserved: random.chance(0.05) ? random.below(8) : 0,
    },
  }))
  return {
    bytes: Buffer.concat(frames.map(({ payload, options }) => toFrame(payload, options))),
    codes: frames.flatMap(({ payload, options: { opcode } }) =>
      opcode === CLOSE && payload.length > 1 ? [payload.readUInt16BE()] : [],
    ),
  }
}
