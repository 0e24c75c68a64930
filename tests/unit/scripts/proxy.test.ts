// The proxy of dev:cluster: whose turn it is, what a process is told, and what is left when one is gone.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { json, text } from 'node:stream/consumers'
import { afterEach, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { startProxy } from '#rufer/scripts/cluster/proxy.ts'

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

/** A process that tells what reached it, in answers and as the first message of a socket. */
async function startTarget(name: string) {
  const tell = ({ method, url, headers }: IncomingMessage) => JSON.stringify({ name, method, url, headers })
  const server = createServer(async (request, response) => {
    response.writeHead(201, { 'set-cookie': ['a=1', 'b=2'] })
    response.end(JSON.stringify({ body: await text(request), ...JSON.parse(tell(request)) }))
  })
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket, request) => {
    socket.send(tell(request))
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
    socket.on('close', (code) => closings.push(code))
  })
  const closings: number[] = []
  const port = await listen(server)
  const close = () => {
    server.closeAllConnections()
    for (const socket of sockets.clients) socket.terminate()
    return new Promise((resolve) => server.close(resolve))
  }
  ends.push(close)
  return { port, close, closings }
}

async function listen(server: Server) {
  server.listen(0, 'localhost')
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' ? (address?.port ?? 0) : 0
}

async function startProxyTo(...targets: { port: number }[]) {
  const proxy = await startProxy({ port: 0, targets: targets.map(({ port }) => port) })
  ends.push(() => proxy.close())
  return `http://localhost:${proxy.port}`
}

async function openSocket(url: string, headers = {}) {
  const socket = new WebSocket(url.replace('http', 'ws'), { headers })
  const [data] = await once(socket, 'message')
  return { socket, told: JSON.parse(String(data)) }
}

test('requests and sockets have a turn of their own each', async () => {
  const url = await startProxyTo(await startTarget('one'), await startTarget('two'))
  const ask = async () => (await (await fetch(url)).json()).name
  expect(await ask()).toBe('one')
  expect((await openSocket(url)).told.name).toBe('one')
  expect([await ask(), await ask()]).toEqual(['two', 'one'])
  expect((await openSocket(url)).told.name).toBe('two')
})

test('a request arrives as it was, and its answer too', async () => {
  const url = await startProxyTo(await startTarget('one'))
  const headers = { 'x-forwarded-for': '203.0.113.7', cookie: 'session=1' }
  const response = await fetch(`${url}/api?x=%20`, { method: 'POST', body: 'hello', headers })
  expect(response.status).toBe(201)
  expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  const told = await response.json()
  expect(told).toMatchObject({ method: 'POST', url: '/api?x=%20', body: 'hello' })
  expect(told.headers).toMatchObject({ host: new URL(url).host, cookie: 'session=1' })
})

test('who it comes from stands last in X-Forwarded-For, for requests and sockets alike', async () => {
  const url = await startProxyTo(await startTarget('one'))
  const headers = { 'X-Forwarded-For': '203.0.113.7' }
  const expected = /^203\.0\.113\.7, (127\.0\.0\.1|::1)$/
  expect((await (await fetch(url, { headers })).json()).headers['x-forwarded-for']).toMatch(expected)
  const { told } = await openSocket(url, headers)
  expect(told.headers['x-forwarded-for']).toMatch(expected)
})

test('a socket carries both ways, and its end reaches the other side', async () => {
  const target = await startTarget('one')
  const { socket } = await openSocket(await startProxyTo(target))
  socket.send('hello')
  const [data] = await once(socket, 'message')
  expect(String(data)).toBe('hello')
  socket.close(4000)
  const [code] = await once(socket, 'close')
  expect({ code, closings: target.closings }).toEqual({ code: 4000, closings: [4000] })
})

test('an answer that refuses a socket comes through', async () => {
  const server = createServer().on('upgrade', (_request, socket) =>
    socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\n\r\n"no"'),
  )
  const url = await startProxyTo({ port: await listen(server) })
  ends.push(() => new Promise((resolve) => server.close(resolve)))
  const socket = new WebSocket(url.replace('http', 'ws')).on('error', () => {})
  const [, response] = await once(socket, 'unexpected-response')
  expect({ status: response.statusCode, body: await json(response) }).toEqual({ status: 403, body: 'no' })
})

test('a process that is gone is passed over; without any the answer is 502', async () => {
  const one = await startTarget('one')
  const two = await startTarget('two')
  const url = await startProxyTo(one, two)
  await one.close()
  const names = [await fetch(url), await fetch(url)].map(async (response) => (await response.json()).name)
  expect(await Promise.all(names)).toEqual(['two', 'two'])
  expect((await openSocket(url)).told.name).toBe('two')
  await two.close()
  expect((await fetch(url)).status).toBe(502)
  const socket = new WebSocket(url.replace('http', 'ws')).on('error', () => {})
  const [, response] = await once(socket, 'unexpected-response')
  expect(response.statusCode).toBe(502)
})

test('closing ends what is open', async () => {
  const target = await startTarget('one')
  const proxy = await startProxy({ port: 0, targets: [target.port] })
  const { socket } = await openSocket(`http://localhost:${proxy.port}`)
  const closed = once(socket, 'close')
  await proxy.close()
  expect((await closed)[0]).toBe(1006)
  await expect(fetch(`http://localhost:${proxy.port}`)).rejects.toThrow('fetch failed')
})
