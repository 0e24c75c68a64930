// The contract of the change feed: everything from the call on, in commit order, until the signal.
import { expect, test } from 'vitest'
import { at, draft, engines, openDirect, send, watchFeed } from './harness.ts'

test.each(engines)('everything committed after the call comes, in order ($name)', async ({ open }) => {
  const { store } = await open()
  const conversationId = await openDirect(store)
  await send(store, { target: { conversationId } })
  const feed = watchFeed(store)
  const sent = await Promise.all(
    Array.from({ length: 300 }, () => send(store, { target: { conversationId } })),
  )
  await store.moveReceipt({ conversationId, userId: 'bob', readSeq: 9, at: at(2_000) })
  const changes = await feed.take(301)
  expect(changes.slice(0, 300)).toEqual(
    sent.map((message) => ({
      kind: 'message.created',
      conversationId,
      recipients: ['alice', 'bob'],
      at: message.createdAt,
      message,
    })),
  )
  expect(changes.at(-1)).toMatchObject({ kind: 'receipt.updated', receipt: { rev: 302 } })
})

test.each(engines)('nothing is missed, however late the first one is asked for ($name)', async ({ open }) => {
  const { store } = await open()
  const conversationId = await openDirect(store)
  const writing = send(store, { target: { conversationId } })
  const feed = watchFeed(store)
  const message = await writing
  await store.moveReceipt({ conversationId, userId: 'bob', readSeq: 1, at: at(2_000) })
  expect(await feed.take(2)).toMatchObject([{ message }, { kind: 'receipt.updated' }])
})

test.each(engines)('who waits is told ($name)', async ({ open }) => {
  const { store } = await open()
  const conversationId = await openDirect(store)
  const feed = watchFeed(store)
  const waiting = feed.take(2)
  const first = await send(store, { target: { conversationId } })
  const second = await send(store, { target: { conversationId } })
  expect(await waiting).toMatchObject([{ message: first }, { message: second }])
})

test.each(engines)('every watcher gets everything ($name)', async ({ open }) => {
  const { store } = await open()
  const conversationId = await openDirect(store)
  const feeds = [watchFeed(store), watchFeed(store), watchFeed(store)]
  const first = await send(store, { target: { conversationId } })
  feeds.push(watchFeed(store))
  const second = await send(store, { target: { conversationId } })
  const taken = await Promise.all(feeds.map((feed, index) => feed.take(index < 3 ? 2 : 1)))
  const both = [{ message: first }, { message: second }]
  expect(taken).toMatchObject([both, both, both, [{ message: second }]])
})

test.each(engines)('the signal ends a watch that waits ($name)', async ({ open }) => {
  const { store } = await open()
  await openDirect(store)
  const feed = watchFeed(store)
  const waiting = feed.next()
  feed.abort()
  expect(await waiting).toEqual({ done: true, value: undefined })
  expect(await feed.next()).toEqual({ done: true, value: undefined })
})

test.each(engines)('the signal ends a watch that has more to give ($name)', async ({ open }) => {
  const { store } = await open()
  const conversationId = await openDirect(store)
  const feed = watchFeed(store)
  await Promise.all([1, 2, 3].map(() => send(store, { target: { conversationId } })))
  expect(await feed.take(1)).toMatchObject([{ message: { seq: 1 } }])
  feed.abort()
  expect(await feed.next()).toEqual({ done: true, value: undefined })
})

test.each(engines)('a watch with a signal that is over already gives nothing ($name)', async ({ open }) => {
  const { store } = await open()
  const changes = store.watch(AbortSignal.abort())[Symbol.asyncIterator]()
  await openDirect(store)
  expect(await changes.next()).toEqual({ done: true, value: undefined })
})

test.each(engines)('a watch that is left can be followed by another ($name)', async ({ open }) => {
  const { store } = await open()
  const conversationId = await openDirect(store)
  const abort = new AbortController()
  const watch = store.watch(abort.signal)
  await send(store, { target: { conversationId } })
  for await (const change of watch) {
    expect(change).toMatchObject({ message: { seq: 1 } })
    break
  }
  const feed = watchFeed(store)
  await send(store, { target: { conversationId } })
  expect(await feed.take(1)).toMatchObject([{ message: { seq: 2 } }])
})

test.each(engines)('pruning takes nothing from a running watch ($name)', async ({ open }) => {
  const { store } = await open()
  const conversationId = await openDirect(store)
  const feed = watchFeed(store)
  // More than any engine would read ahead.
  const drafts = Array.from({ length: 2_500 }, () => draft({ target: { conversationId }, at: at(1) }))
  await Promise.all(drafts.map((one) => store.appendMessage(one)))
  const [first] = await feed.take(1)
  await store.duties.prune({ changesBefore: at(9_000), now: at(0) })
  const others = await feed.take(2_499)
  const ids = [first, ...others].map((change) => change && 'message' in change && change.message.id)
  expect(ids).toEqual(drafts.map(({ id }) => id))
})

test.each(engines)('a watch goes on after everything was pruned ($name)', async ({ open }) => {
  const { store } = await open()
  const conversationId = await openDirect(store)
  await send(store, { target: { conversationId }, at: at(1) })
  await store.duties.prune({ changesBefore: at(9_000), now: at(0) })
  const feed = watchFeed(store)
  await send(store, { target: { conversationId }, at: at(2) })
  await feed.take(1)
  await store.duties.prune({ changesBefore: at(9_000), now: at(0) })
  const last = await send(store, { target: { conversationId }, at: at(3) })
  expect(await feed.take(1)).toMatchObject([{ message: last }])
  expect(await store.listMessages({ conversationId, limit: 9 })).toMatchObject({ messages: { length: 3 } })
})
