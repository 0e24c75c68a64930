// Users over HTTP: registering, the bounds of a profile, and who is online.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callApi, register } from '#rufer/tests/helpers/api.ts'
import { connect } from '#rufer/tests/helpers/client.ts'
import { newUserId } from '#rufer/tests/helpers/people.ts'
import { startServer, type TestServer } from '#rufer/tests/helpers/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

const online = (userId: string) => callApi(server, `GET /api/users/${userId}/online`)
const save = async (body: object) => callApi(server, 'POST /api/users/register', { body })

describe('POST /api/users/register', () => {
  const avatarUrl = 'https://example.com/alice.png'

  test('registers with 201, updates with 200, and removes a left-out avatar', async () => {
    const userId = newUserId('alice')
    const alice = { userId, displayName: 'Alice Smith', avatarUrl }
    expect(await save(alice)).toMatchObject({ status: 201, body: alice })
    const renamed = { userId, displayName: 'Alice Jones' }
    const { status, body } = await save(renamed)
    expect({ status, body }).toEqual({ status: 200, body: renamed })

    const client = await connect(server, userId)
    expect(await client.request('user.get', { userId })).toEqual({ user: renamed })
    await client.close()
  })

  test('of many at once for one user exactly one is the first', async () => {
    const userId = newUserId('race')
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => save({ userId, displayName: `Name ${index}` })),
    )
    expect(answers.map(({ status }) => status).toSorted((a, b) => b - a)).toEqual([
      201,
      ...Array(9).fill(200),
    ])
  })

  test.each([
    ['an id of 1 character', { userId: 'a' }],
    ['an id of 128', { userId: 'a'.repeat(128) }],
    ['an id of all that is allowed', { userId: '0aZ._:@-' }],
    ['a name of 100 emoji', { displayName: '👋'.repeat(100) }],
    ['a name with spaces around', { displayName: ' Zoë ' }],
    ['an http avatar', { avatarUrl: 'http://localhost:3000/a.png?b=c#d' }],
    ['an avatar of 2,048 characters', { avatarUrl: 'https://example.com/'.padEnd(2_048, 'x') }],
  ])('takes %s as it is', async (_name, given) => {
    const user = { userId: 'bounds', displayName: 'Bounds', ...given }
    const { status, body } = await save(user)
    expect([200, 201]).toContain(status)
    expect(body).toEqual(user)
  })

  test.each([
    ['no id', { userId: undefined }],
    ['an empty id', { userId: '' }],
    ['an id of 129 characters', { userId: 'a'.repeat(129) }],
    ['an id that begins with a dot', { userId: '.a' }],
    ['an id with a space', { userId: 'a b' }],
    ['an id with a slash', { userId: 'a/b' }],
    ['an id with a line break', { userId: 'a\n' }],
    ['an id of other letters', { userId: 'zoë' }],
    ['no name', { displayName: undefined }],
    ['an empty name', { displayName: '' }],
    ['a blank name', { displayName: ' \t ' }],
    ['a name of 101 characters', { displayName: 'x'.repeat(101) }],
    ['a name with U+0000', { displayName: 'a\0b' }],
    ['a lone surrogate', { displayName: 'a\ud800' }],
    ['an avatar that is no URL', { avatarUrl: 'alice.png' }],
    ['a javascript avatar', { avatarUrl: 'javascript:alert(1)' }],
    ['a data avatar', { avatarUrl: 'data:image/png;base64,AA==' }],
    ['an empty avatar', { avatarUrl: '' }],
    ['an avatar of 2,049 characters', { avatarUrl: 'https://example.com/'.padEnd(2_049, 'x') }],
  ])('refuses %s', async (_name, given) => {
    const { status, body } = await save({ userId: 'bounds', displayName: 'Bounds', ...given })
    expect({ status, code: body.error?.code }).toEqual({ status: 400, code: 'invalid-params' })
    expect(body.error?.issues?.map(({ path }) => path)).toEqual(Object.keys(given))
  })
})

describe('GET /api/users/:userId/online', () => {
  test('tells who is online, and when one was last seen', async () => {
    const userId = newUserId('bob')
    await register(server, userId)
    expect((await online(userId)).body).toEqual({ userId, isOnline: false, lastSeenAt: null })
    const [bob, phone] = await Promise.all([connect(server, userId), connect(server, userId)])
    expect((await online(userId)).body).toEqual({ userId, isOnline: true, lastSeenAt: null })
    await bob.close()
    expect((await online(userId)).body).toMatchObject({ isOnline: true })
    await phone.close()
    await expect
      .poll(async () => (await online(userId)).body)
      .toEqual({
        userId,
        isOnline: false,
        lastSeenAt: expect.stringMatching(/^\d{4}-.*Z$/),
      })
  })

  test('reads the id of the path, encoded or not', async () => {
    await register(server, 'a@b.c:d')
    expect((await online('a@b.c:d')).body).toMatchObject({ userId: 'a@b.c:d' })
    expect((await online(encodeURIComponent('a@b.c:d'))).body).toMatchObject({ userId: 'a@b.c:d' })
  })

  test('of nobody → 404, of what is no id → 400', async () => {
    expect(await online('nobody')).toMatchObject({ status: 404, body: { error: { code: 'user-not-found' } } })
    for (const path of ['%20', '%zz', '%00', '.hidden', 'a%2Fb', 'x'.repeat(129)]) {
      const { status, body } = await online(path)
      expect({ path, status, code: body.error?.code }).toEqual({ path, status: 400, code: 'invalid-params' })
    }
  })
})
