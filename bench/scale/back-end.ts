// The integrator's back end: registers users and gets their tokens, over some connections that it keeps, as back ends do.
import { Agent, request, type IncomingMessage } from 'node:http'
import { json } from 'node:stream/consumers'
import { SECRET_KEY, type ServerAddress } from '#rufer/tests/helpers/server.ts'

export async function registerUser(server: ServerAddress, userId: string): Promise<void> {
  await post(server, '/api/users/register', { userId, displayName: userId })
}

/** A session token. */
export async function getToken(server: ServerAddress, userId: string): Promise<string> {
  const { token } = await post(server, '/api/users/session-token', { userId })
  return String(token)
}

// --- Internal helpers ---

const agent = new Agent({ keepAlive: true, maxSockets: 50 })
const headers = { 'content-type': 'application/json', 'x-rufer-secret-key': SECRET_KEY }

async function post({ url }: ServerAddress, path: string, body: object): Promise<Record<string, unknown>> {
  const sent = request(`${url}${path}`, { method: 'POST', agent, headers })
  const answered = new Promise<IncomingMessage>((resolve, reject) =>
    sent.once('response', resolve).once('error', reject),
  )
  sent.end(JSON.stringify(body))
  const response = await answered
  const answer = Object(await json(response))
  if (!String(response.statusCode).startsWith('2'))
    throw new Error(`unable to call ${path}; status ${response.statusCode}, ${JSON.stringify(answer)}`)
  return answer
}
