// The HTTP API for tests, as an integrator's back end would call it.
import { nextOf, placeOf } from './processes.ts'
import { keepSecret } from './secrets.ts'
import { SECRET_KEY, type ServerAddress } from './server.ts'

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
  signal?: AbortSignal
}

/** Calls the API, with the secret key unless told otherwise; of several processes each in turn. */
export async function callApi(
  server: ServerAddress,
  call: string,
  options: CallOptions = {},
): Promise<ApiAnswer> {
  const [method = 'GET', path = '/'] = call.split(' ')
  const response = await fetch(`${nextOf(server).url}${path}`, {
    method,
    redirect: 'manual',
    ...toInit(options),
  })
  return { status: response.status, headers: response.headers, body: await response.json() }
}

/** Registers users whose display names are their ids. */
export async function register(server: ServerAddress, ...userIds: string[]): Promise<void> {
  await Promise.all(
    userIds.map(async (userId) => {
      const { status } = await callApi(placeOf(server, userId), 'POST /api/users/register', {
        body: { userId, displayName: userId },
      })
      if (status !== 201 && status !== 200) throw new Error(`unable to register ${userId}; status ${status}`)
    }),
  )
}

/** A session token. */
export async function issueToken(
  server: ServerAddress,
  userId: string,
  signal?: AbortSignal,
): Promise<string> {
  const options = { body: { userId }, ...(signal && { signal }) }
  const { status, body } = await callApi(server, 'POST /api/users/session-token', options)
  if (status !== 200) throw new Error(`unable to issue a token for ${userId}; ${JSON.stringify(body)}`)
  keepSecret(body['token'])
  return String(body['token'])
}

// --- Internal helpers ---

function toInit({ body, key = SECRET_KEY, headers = {}, signal }: CallOptions): RequestInit {
  return {
    headers: {
      // one that was kept might be ended by the server just as it is used again
      connection: 'close',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(key !== null && { 'x-rufer-secret-key': key }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    ...(signal && { signal }),
  }
}
