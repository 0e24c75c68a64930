// A browser for tests of signing in: it opens links, clicks the button, and holds one cookie.
import { callApi } from './api.ts'
import { keepSecret } from './secrets.ts'
import type { TestServer } from './server.ts'

/** The address of a new sign-in link, on the server under test whatever its public URL. */
export async function signInUrl(server: TestServer, userId: string): Promise<URL> {
  const { status, body } = await callApi(server, 'POST /api/users/sign-in-link', { body: { userId } })
  if (status !== 200) throw new Error(`unable to make a link for ${userId}; ${JSON.stringify(body)}`)
  const { pathname, search, searchParams } = new URL(String(body['url']))
  keepSecret(searchParams.get('code'))
  return new URL(`${pathname}${search}`, server.url)
}

/** The click on the button of a link's page. */
export function click(link: URL, headers: Record<string, string> = {}): Promise<Response> {
  const { origin, pathname, searchParams } = link
  return fetch(`${origin}${pathname}`, {
    method: 'POST',
    redirect: 'manual',
    body: searchParams,
    // one that was kept might be ended by the server just as it is used again
    headers: { connection: 'close', ...headers },
  })
}

/** Signs a browser in and gives its cookie, as it would send it. */
export async function signIn(server: TestServer, userId: string): Promise<string> {
  const { headers } = await click(await signInUrl(server, userId))
  const [cookie = ''] = headers.getSetCookie()
  const [held = ''] = cookie.split(';', 1)
  keepSecret(held.split('=')[1])
  return held
}
