// The receivers of webhooks among the examples, in either language: they take what Rufer signed, once, and nothing else.
import { randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { Webhook } from 'standardwebhooks'
import { describe, expect, onTestFinished, test } from 'vitest'
import { callApi, register } from '#rufer/tests/helpers/api.ts'
import { EXAMPLES, hasCommand, startProgram } from '#rufer/tests/helpers/examples.ts'
import { freePort } from '#rufer/tests/helpers/free-port.ts'
import { webhooksTo } from '#rufer/tests/helpers/receiver.ts'
import { startServer } from '#rufer/tests/helpers/server.ts'

const PYTHON = ['python3', 'python'].find(hasCommand)
const RECEIVERS = [
  { language: 'node', command: process.execPath, file: 'backend/node/webhooks.js' },
  { language: 'python', command: PYTHON, file: 'backend/python/webhooks.py' },
]
const SECRET = toSecret()
const SIX_MINUTES_MS = 360_000

describe.each(RECEIVERS)('$language', ({ command, file }) => {
  /** Starts it, and gives its address; `told` is the next event that it took. */
  async function start(secret = SECRET) {
    if (command === undefined) throw new Error('there is no python3 here')
    const env = { PORT: String(await freePort()), RUFER_WEBHOOK_SECRET: secret }
    const program = startProgram(command, [join(EXAMPLES, file)], { env })
    return { url: await program.line(), told: program.line }
  }

  test.skipIf(command === undefined)('is told of a message by Rufer', async () => {
    const { url, told } = await start()
    const server = await startServer({ env: { ...webhooksTo({ url }), RUFER_WEBHOOK_SECRET: SECRET } })
    onTestFinished(() => server.stop())
    await register(server, 'alice', 'bob')
    const message = { id: randomUUID(), senderId: 'alice', userId: 'bob', text: 'hello “you” 😀' }
    const { body } = await callApi(server, 'POST /api/messages', { body: message })
    const [, type, data = ''] = /^(\S+) (.+)$/.exec(await told()) ?? []
    expect({ type, data: JSON.parse(data) }).toEqual({
      type: 'message.created',
      data: { message: body['message'] },
    })
  })

  test.skipIf(command === undefined)('refuses what is forged, altered or stale', async () => {
    const { url, told } = await start()
    const text = 'a price of 10'
    const genuine = sign({ text })
    const refused = [
      sign({ text, secret: toSecret() }),
      { ...genuine, body: genuine.body.replace('10', '99') },
      changed(genuine, 'webhook-id', 'another'),
      changed(genuine, 'webhook-timestamp', String(Math.floor(Date.now() / 1_000) + 1)),
      changed(genuine, 'webhook-signature', ''),
      changed(genuine, 'webhook-signature', 'v1,'),
      changed(genuine, 'webhook-signature', 'v1,äöü v2,x'),
      sign({ text, at: new Date(Date.now() - SIX_MINUTES_MS) }),
      sign({ text, at: new Date(Date.now() + SIX_MINUTES_MS) }),
      { ...genuine, headers: {} },
    ]
    const statuses = await Promise.all(refused.map((one) => post(url, one)))
    expect(statuses).toEqual(refused.map(() => 401))
    expect(await post(url.replace('/webhooks', '/'), genuine)).toBe(404)
    expect(await post(url, genuine)).toBe(204)
    expect(await told()).toContain(text)
  })

  test.skipIf(command === undefined)('takes an event once, however often it comes', async () => {
    const { url, told } = await start()
    const first = sign({ text: 'once' })
    expect(await Promise.all([1, 2, 3].map(() => post(url, first)))).toEqual([204, 204, 204])
    expect(await post(url, sign({ text: 'twice' }))).toBe(204)
    expect([await told(), await told()]).toEqual([
      expect.stringContaining('once'),
      expect.stringContaining('twice'),
    ])
  })

  test.skipIf(command === undefined)('believes either secret while one is being changed', async () => {
    const old = toSecret()
    const { url } = await start(`${SECRET},${old}`)
    const events = [sign({ text: 'new' }), sign({ text: 'old', secret: old })]
    expect(await Promise.all(events.map((one) => post(url, one)))).toEqual([204, 204])
  })

  test.skipIf(command === undefined)(
    'does not run without a secret, which anybody could sign with',
    async () => {
      await expect(start('')).rejects.toThrow('ended')
    },
  )
})

// --- Internal helpers ---

interface Signed {
  body: string
  headers: Record<string, string>
}

function toSecret() {
  return `whsec_${randomBytes(32).toString('base64')}`
}

function sign({
  text,
  secret = SECRET,
  at = new Date(),
}: {
  text: string
  secret?: string
  at?: Date
}): Signed {
  const id = randomUUID()
  const body = JSON.stringify({ type: 'message.created', timestamp: at, data: { message: { text } } })
  return {
    body,
    headers: {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': new Webhook(secret).sign(id, at, body),
    },
  }
}

function changed(signed: Signed, name: string, value: string): Signed {
  return { ...signed, headers: { ...signed.headers, [name]: value } }
}

async function post(url: string, { body, headers }: Signed) {
  const response = await fetch(url, { method: 'POST', body, headers: { ...headers, connection: 'close' } })
  return response.status
}
