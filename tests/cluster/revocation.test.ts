// The end of sessions on two processes: what is ended on one is ended on the other, when the call is answered.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { callApi, issueToken } from '#rufer/tests/helpers/api.ts'
import { connect, connectWith, type TestClient } from '#rufer/tests/helpers/client.ts'
import { hasMongo, newDatabaseUri } from '#rufer/tests/helpers/mongo.ts'
import { registerNew, UNHURRIED } from '#rufer/tests/helpers/people.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'
import { click, signIn, signInUrl } from '#rufer/tests/helpers/sign-in.ts'
import { upgrade } from '#rufer/tests/helpers/wire.ts'

let one: TestServer
let other: TestServer
beforeAll(async () => {
  const env = { ...UNHURRIED, ...(hasMongo && { MONGODB_URI: newDatabaseUri() }) }
  one = await startServer({ env })
  other = await startServer({ env })
})
afterAll(() => Promise.all([one.stop(), other.stop()]))

/** What the page of a signed-in browser does. */
const ask = (server: TestServer, cookie: string) =>
  callApi(server, 'POST /api/session-token', { key: null, headers: { cookie }, body: {} })
async function open(server: TestServer, userId: string, cookie: string): Promise<TestClient> {
  const { body } = await ask(server, cookie)
  return connectWith(server, { userId, token: String(body['token']) })
}

test('the end of all sessions: connections, unused tokens, links and browser sessions, everywhere', async () => {
  const [userId, bystander] = [
    await registerNew(one, 'alice'),
    await connect(other, await registerNew(one, 'bob')),
  ]
  const cookie = await signIn(other, userId)
  const clients = [
    await connect(one, userId),
    await connect(other, userId),
    await open(other, userId, cookie),
  ]
  const [token, link] = [await issueToken(other, userId), await signInUrl(other, userId)]

  // the other process is waited for, for 2 s: that its connections are counted says that it was in time
  expect((await callApi(one, `DELETE /api/users/${userId}/sessions`)).body).toEqual({ closed: 3 })

  for (const server of [other, one]) {
    expect((await upgrade(server, { token })).status).toBe(401)
    expect((await ask(server, cookie)).status).toBe(403)
  }
  expect((await click(link)).status).toBe(410)
  for (const client of clients) {
    expect(await client.next('session.ending')).toMatchObject({ reconnectAfterMs: null })
    expect(await client.closed).toBe(4401)
  }
  await bystander.settled()
})

test('signing out ends what that browser holds, everywhere, and nothing of the user’s other browsers', async () => {
  const userId = await registerNew(one, 'alice')
  const [cookie, kept] = [await signIn(one, userId), await signIn(one, userId)]
  const clients = [await open(one, userId, cookie), await open(other, userId, cookie)]
  const bystander = await open(other, userId, kept)
  const token = String((await ask(other, cookie)).body['token'])

  await callApi(one, 'POST /api/sign-out', { key: null, headers: { cookie } })

  expect((await upgrade(other, { token })).status).toBe(401)
  expect((await ask(other, cookie)).status).toBe(403)
  for (const client of clients) expect(await client.closed).toBe(4401)
  await bystander.settled()
  expect((await ask(other, kept)).status).toBe(200)
})

test('upgrades under way on the other process are not spared', async () => {
  const userId = await registerNew(one, 'alice')
  for (let round = 0; round < 5; round++) {
    const tokens = await Promise.all(Array.from({ length: 6 }, () => issueToken(one, userId)))
    const opening = tokens.map((token) => upgrade(other, { token }))
    await callApi(one, `DELETE /api/users/${userId}/sessions`)
    for (const answer of await Promise.all(opening)) {
      // whoever was let in is shown out
      expect([101, 401]).toContain(answer.status)
      await expect.poll(answer.isGone).toBe(true)
    }
  }
})
