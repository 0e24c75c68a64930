// Takes the webhooks of Rufer, without a framework: believes only what is signed and fresh, and takes every event once.
// RUFER_WEBHOOK_SECRET=… node webhooks.js, and Rufer with RUFER_WEBHOOK_URL=http://localhost:8081/webhooks
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'

const { RUFER_WEBHOOK_SECRET = '', PORT = '8081' } = process.env
const TOLERANCE_S = 300
const DAY_MS = 86_400_000
/** Far more than any event has. */
const MOST_BYTES = 1_000_000
/** Two of them while the secret is being changed. */
const keys = RUFER_WEBHOOK_SECRET.split(',').map(toKey)
/** the ids of a day → when they came; where several processes take webhooks they belong into your database */
const seen = new Map()

createServer(async (request, response) => {
  try {
    const { status, event } = await answer(request)
    response.writeHead(status).end()
    if (event) take(event)
  } catch (error) {
    process.stderr.write(`${error.message}\n`)
    response.destroy()
  }
}).listen(Number(PORT), '127.0.0.1', () => process.stdout.write(`http://localhost:${PORT}/webhooks\n`))

/** Here belongs what you do with it. Rufer waits 5 s for an answer, so longer work comes after it, out of a queue of yours. */
function take({ type, data }) {
  process.stdout.write(`${type} ${JSON.stringify(data)}\n`)
}

async function answer(request) {
  if (request.method !== 'POST' || request.url !== '/webhooks') return { status: 404 }
  const body = await readBody(request)
  if (!isGenuine(request.headers, body)) return { status: 401 }
  // Rufer sends again what it saw no answer to, and that is no reason to do it twice
  return { status: 204, event: isNew(request.headers['webhook-id']) ? JSON.parse(body) : undefined }
}

/** As it came: what is signed are these bytes, and not what a parser makes of them. */
async function readBody(request) {
  const chunks = []
  let length = 0
  for await (const chunk of request) {
    length += chunk.length
    if (length > MOST_BYTES) throw new Error('a body is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Whether Rufer sent it, and lately: an old one may be somebody else's copy. */
function isGenuine(headers, body) {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures = '' } = headers
  const isFresh = Math.abs(Date.now() / 1_000 - Number(timestamp)) <= TOLERANCE_S
  if (!isFresh) return false
  const expected = keys.map((key) => {
    const hmac = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body)
    return Buffer.from(`v1,${hmac.digest('base64')}`)
  })
  const given = signatures.split(' ').map((signature) => Buffer.from(signature))
  return given.some((one) => expected.some((other) => isEqual(one, other)))
}

/** In a time that does not tell how much of it is right. */
function isEqual(one, other) {
  return one.length === other.length && timingSafeEqual(one, other)
}

function isNew(id) {
  const now = Date.now()
  for (const [old, cameAt] of seen) {
    if (cameAt > now - DAY_MS) break
    seen.delete(old)
  }
  if (seen.has(id)) return false
  seen.set(id, now)
  return true
}

function toKey(secret) {
  if (!secret.startsWith('whsec_')) throw new Error('set RUFER_WEBHOOK_SECRET to what Rufer has')
  return Buffer.from(secret.slice('whsec_'.length), 'base64')
}
