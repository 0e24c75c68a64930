// A back end in front of Rufer, without a framework: signs users in, hands out session tokens, revokes them.
// RUFER_URL=… RUFER_SECRET_KEY=… node server.js, then open http://localhost:8080
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'

const { RUFER_URL = 'http://localhost:3000', RUFER_SECRET_KEY = '', PORT = '8080' } = process.env
const FILES = {
  '/': ['../../plain-html/index.html', 'text/html; charset=utf-8'],
  '/rufer-client.js': ['../../../dist/rufer-client/index.js', 'text/javascript'],
}
const NOT_FOUND = { status: 404 }
/** the value of a cookie → the id of its user */
const sessions = new Map()

createServer((request, response) => {
  Promise.resolve(answer(request)).then(
    ({ status = 200, headers = {}, body = '' }) => response.writeHead(status, headers).end(body),
    (error) => {
      process.stderr.write(`${error.message}\n`)
      response.writeHead(502).end()
    },
  )
}).listen(Number(PORT), '127.0.0.1', () => process.stdout.write(`http://localhost:${PORT}\n`))

function answer(request) {
  if (request.method === 'GET') return get(request.url)
  // a body in JSON, which no form of another site can send
  const isJson = request.headers['content-type'] === 'application/json'
  return request.method === 'POST' && isJson ? post(request) : NOT_FOUND
}

async function get(path) {
  if (path === '/settings') return toJson({ url: `${RUFER_URL.replace(/^http/, 'ws')}/ws` })
  const [file, type] = FILES[path] ?? []
  if (file === undefined) return NOT_FOUND
  return { headers: { 'content-type': type }, body: await readFile(new URL(file, import.meta.url)) }
}

async function post(request) {
  if (request.url === '/sign-in') return signIn(await json(request))
  const cookie = /(?:^|; )session=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1]
  const userId = sessions.get(cookie)
  if (userId === undefined) return { status: 403 }
  if (request.url === '/token') return toJson(await callRufer('POST', '/api/users/session-token', { userId }))
  if (request.url === '/sign-out') return signOut(cookie, userId)
  return NOT_FOUND
}

/** Here belongs what you know users by: a password, a passkey, somebody else's sign-in. This example believes everybody. */
async function signIn({ userId, displayName }) {
  await callRufer('POST', '/api/users/register', { userId, displayName })
  const cookie = randomUUID()
  sessions.set(cookie, userId)
  const headers = { 'set-cookie': `session=${cookie}; HttpOnly; SameSite=Strict; Path=/` }
  return { ...toJson({ userId }), headers }
}

/** Closes every connection of the user, and voids every token. */
async function signOut(cookie, userId) {
  sessions.delete(cookie)
  return toJson(await callRufer('DELETE', `/api/users/${encodeURIComponent(userId)}/sessions`))
}

async function callRufer(method, path, body) {
  const headers = {
    'x-rufer-secret-key': RUFER_SECRET_KEY,
    ...(body && { 'content-type': 'application/json' }),
  }
  const init = { method, headers, ...(body && { body: JSON.stringify(body) }) }
  const response = await fetch(RUFER_URL + path, init)
  if (!response.ok) throw new Error(`${method} ${path} was answered with ${await response.text()}`)
  return response.json()
}

function toJson(value) {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) }
}
