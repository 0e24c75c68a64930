// The HTTP API for tests, as an integrator's back end would call it.
import { SECRET_KEY, type TestServer } from './server.ts'

export interface ApiAnswer {
  status: number
  headers: Headers
  body: { error?: { code: string; message: string; issues?: { path: string; message: string }[] } } & Record<
    string,
    unknown
  >
}

interface CallOptions {
  body?: unknown
  /** instead of the secret key; null: none */
  key?: string | null
  headers?: Record<string, string>
}

/** Calls the API, with the secret key unless told otherwise. */
export async function callApi(
  server: TestServer,
  call: string,
  { body, key = SECRET_KEY, headers = {} }: CallOptions = {},
): Promise<ApiAnswer> {
  const [method = 'GET', path = '/'] = call.split(' ')
  const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }
  const response = await fetch(`${server.url}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(key !== null && { 'x-rufer-secret-key': key }),
      ...headers,
    },
    ...sent,
  })
  return { status: response.status, headers: response.headers, body: await response.json() }
}

/** Registers users whose display names are their ids. */
export async function register(server: TestServer, ...userIds: string[]): Promise<void> {
  await Promise.all(
    userIds.map(async (userId) => {
      const { status } = await callApi(server, 'POST /api/users/register', {
        body: { userId, displayName: userId },
      })
      if (status !== 201 && status !== 200) throw new Error(`unable to register ${userId}; status ${status}`)
    }),
  )
}

/** A session token. */
export async function issueToken(server: TestServer, userId: string): Promise<string> {
  const { status, body } = await callApi(server, 'POST /api/users/session-token', { body: { userId } })
  if (status !== 200) throw new Error(`unable to issue a token for ${userId}; ${JSON.stringify(body)}`)
  return String(body['token'])
}
