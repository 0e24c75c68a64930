// The contract of secrets: kept once, taken once, ended with what they belong to.
import { expect, test } from 'vitest'
import type { ChatStore, SecretAllowance } from '#rufer/server/store/port.ts'
import { at, engines, register, secret } from './harness.ts'

test.each(engines)('a secret is kept and looked up without spending it ($name)', async ({ open }) => {
  const { store } = await open()
  await register(store, 'alice')
  const token = secret()
  expect(await store.putSecret(token, at(0))).toEqual({ outcome: 'stored' })
  expect(await store.peekSecret(token, at(1))).toEqual(token)
  expect(await store.peekSecret(token, at(1))).toEqual(token)
  expect(await store.takeSecret(token, at(1))).toEqual(token)
  expect(await store.peekSecret(token, at(1))).toBeUndefined()
  expect(await store.takeSecret(token, at(1))).toBeUndefined()
})

test.each(engines)('a secret is of one kind ($name)', async ({ open }) => {
  const { store } = await open()
  await register(store, 'alice')
  const token = secret()
  await store.putSecret(token, at(0))
  expect(await store.peekSecret({ hash: token.hash, kind: 'link' }, at(1))).toBeUndefined()
  expect(await store.takeSecret({ hash: token.hash, kind: 'browser' }, at(1))).toBeUndefined()
  expect(await store.takeSecret({ hash: 'another', kind: 'token' }, at(1))).toBeUndefined()
  expect(await store.takeSecret(token, at(1))).toEqual(token)
})

test.each(engines)('a secret is gone from the instant on at which it expires ($name)', async ({ open }) => {
  const { store } = await open()
  await register(store, 'alice')
  const token = secret({ expiresAt: at(100) })
  await store.putSecret(token, at(0))
  expect(await store.peekSecret(token, at(100))).toBeUndefined()
  expect(await store.takeSecret(token, at(100))).toBeUndefined()
  expect(await store.peekSecret(token, at(99))).toEqual(token)
  expect(await store.takeSecret(token, at(99))).toEqual(token)
})

test.each(engines)('of many callers at once exactly one takes it ($name)', async ({ open }) => {
  const { store } = await open()
  await register(store, 'alice')
  const token = secret()
  await store.putSecret(token, at(0))
  const taken = await Promise.all(Array.from({ length: 50 }, () => store.takeSecret(token, at(1))))
  expect(taken.filter((one) => one !== undefined)).toEqual([token])
})

test.each(engines)(
  'nobody’s secret, and one of a session that ended, is not kept ($name)',
  async ({ open }) => {
    const { store } = await open()
    await register(store, 'alice')
    const ofNobody = secret({ userId: 'nobody' })
    expect(await store.putSecret(ofNobody, at(0))).toEqual({ outcome: 'user-not-found' })
    expect(await store.peekSecret(ofNobody, at(0))).toBeUndefined()
    const browser = secret({ kind: 'browser', expiresAt: at(10) })
    const child = secret({ parentHash: browser.hash })
    expect(await store.putSecret(child, at(0))).toEqual({ outcome: 'parent-not-found' })
    await store.putSecret(browser, at(0))
    expect(await store.putSecret(child, at(10))).toEqual({ outcome: 'parent-not-found' })
    expect(await store.peekSecret(child, at(10))).toBeUndefined()
    expect(await store.putSecret(child, at(9))).toEqual({ outcome: 'stored' })
    expect(await store.peekSecret(child, at(9))).toEqual(child)
  },
)

test.each(engines)('ending a browser session ends the tokens it asked for ($name)', async ({ open }) => {
  const { store } = await open()
  await register(store, 'alice')
  const browser = secret({ kind: 'browser' })
  const [child, other] = [secret({ parentHash: browser.hash }), secret()]
  await putAll(store, [browser, child, other])
  expect(await store.voidSecrets({ hash: browser.hash })).toBe(2)
  expect(await store.peekSecret(browser, at(1))).toBeUndefined()
  expect(await store.takeSecret(child, at(1))).toBeUndefined()
  expect(await store.peekSecret(other, at(1))).toEqual(other)
  expect(await store.voidSecrets({ hash: browser.hash })).toBe(0)
})

test.each(engines)('ending all of a user’s leaves those of others ($name)', async ({ open }) => {
  const { store } = await open()
  await register(store, 'alice', 'bob')
  const mine = [secret(), secret({ kind: 'link' }), secret({ kind: 'browser' })]
  const theirs = secret({ userId: 'bob' })
  await putAll(store, [...mine, theirs])
  expect(await store.voidSecrets({ userId: 'alice' })).toBe(3)
  const left = await Promise.all(mine.map((one) => store.peekSecret(one, at(1))))
  expect(left).toEqual([undefined, undefined, undefined])
  expect(await store.peekSecret(theirs, at(1))).toEqual(theirs)
  expect(await store.voidSecrets({ userId: 'nobody' })).toBe(0)
})

const unlimited: SecretAllowance = { rate: { perSecond: 0, burst: 0 }, unused: 0 }

test.each(engines)('the oldest unused of a kind give way ($name)', async ({ open }) => {
  const { store } = await open()
  await register(store, 'alice', 'bob')
  const expired = secret({ expiresAt: at(1) })
  const [first, second, third] = [secret(), secret(), secret()]
  const [link, ofBob] = [secret({ kind: 'link' }), secret({ userId: 'bob' })]
  await putAll(store, [expired, first, link, ofBob])
  const allowance = { ...unlimited, unused: 2 }
  await store.putSecret(second, at(2), allowance)
  expect(await store.peekSecret(first, at(2))).toEqual(first)
  await store.putSecret(third, at(2), allowance)
  expect(await store.peekSecret(first, at(2))).toBeUndefined()
  const kept = [second, third, link, ofBob]
  expect(await Promise.all(kept.map((one) => store.peekSecret(one, at(2))))).toEqual(kept)
})

test.each(engines)('none give way where the number is off ($name)', async ({ open }) => {
  const { store } = await open()
  await register(store, 'alice')
  const tokens = Array.from({ length: 30 }, () => secret())
  const outcomes = await Promise.all(tokens.map((token) => store.putSecret(token, at(0), unlimited)))
  expect(outcomes).toEqual(tokens.map(() => ({ outcome: 'stored' })))
  expect(await Promise.all(tokens.map((token) => store.peekSecret(token, at(1))))).toEqual(tokens)
})

test.each(engines)('a rate lets its burst through and tells how long to wait ($name)', async ({ open }) => {
  const { store } = await open()
  await register(store, 'alice', 'bob')
  const allowance = { rate: { perSecond: 0.5, burst: 2 }, unused: 0 }
  const put = (ms: number, parts = {}) => store.putSecret(secret(parts), at(ms), allowance)
  expect(await put(0)).toEqual({ outcome: 'stored' })
  expect(await put(0)).toEqual({ outcome: 'stored' })
  const refused = secret()
  expect(await store.putSecret(refused, at(0), allowance)).toEqual({
    outcome: 'rate-limited',
    retryAfterMs: 2_000,
  })
  expect(await store.peekSecret(refused, at(0))).toBeUndefined()
  expect(await put(0, { kind: 'link' })).toEqual({ outcome: 'stored' })
  expect(await put(0, { userId: 'bob' })).toEqual({ outcome: 'stored' })
  expect(await put(1_000)).toEqual({ outcome: 'rate-limited', retryAfterMs: 1_000 })
  expect(await put(2_000)).toEqual({ outcome: 'stored' })
  expect(await put(2_000)).toMatchObject({ outcome: 'rate-limited' })
})

test.each(engines)('many at once get no more than the burst ($name)', async ({ open }) => {
  const { store } = await open()
  await register(store, 'alice')
  const allowance = { rate: { perSecond: 1, burst: 5 }, unused: 0 }
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, () => store.putSecret(secret(), at(0), allowance)),
  )
  expect(outcomes.filter(({ outcome }) => outcome === 'stored')).toHaveLength(5)
})

test.each(engines)('what was refused for another reason costs nothing ($name)', async ({ open }) => {
  const { store } = await open()
  await register(store, 'alice')
  const allowance = { rate: { perSecond: 1, burst: 1 }, unused: 0 }
  const orphan = secret({ parentHash: 'none' })
  expect(await store.putSecret(orphan, at(0), allowance)).toEqual({ outcome: 'parent-not-found' })
  expect(await store.putSecret(secret(), at(0), allowance)).toEqual({ outcome: 'stored' })
})

test.each(engines)('pruning forgets what expired, and nothing else ($name)', async ({ open }) => {
  const { store } = await open()
  await register(store, 'alice')
  const [expired, alive] = [secret({ expiresAt: at(10) }), secret({ expiresAt: at(11) })]
  await putAll(store, [expired, alive])
  await store.duties.prune({ changesBefore: at(0), now: at(10) })
  expect(await store.voidSecrets({ hash: expired.hash })).toBe(0)
  expect(await store.peekSecret(alive, at(10))).toEqual(alive)
})

/** One after the other, as their age counts. */
async function putAll(store: ChatStore, [first, ...others]: ReturnType<typeof secret>[]): Promise<void> {
  if (!first) return
  expect(await store.putSecret(first, at(0))).toEqual({ outcome: 'stored' })
  await putAll(store, others)
}
