// The contract of signs: what processes tell each other without storing it.
import { expect, onTestFinished, test } from 'vitest'
import type { ChatStore, Sign } from '#rufer/server/store/port.ts'
import { at, engines, openDirect, send } from './harness.ts'

function pulse(processId: string): Sign {
  return { kind: 'pulse', processId, at: at(1) }
}

/** What a watch gives from now on, changes and signs alike. */
function watchAll(store: ChatStore) {
  const abort = new AbortController()
  onTestFinished(() => abort.abort())
  const told = store.watch(abort.signal)[Symbol.asyncIterator]()
  return async (count: number) => {
    const results = await Promise.all(Array.from({ length: count }, () => told.next()))
    return results.map(({ value }) => value)
  }
}

test.each(engines)(
  'every watcher hears every sign, in order, and as it was said ($name)',
  async ({ open }) => {
    const { store } = await open()
    const watchers = [watchAll(store), watchAll(store)]
    const typing = { conversationId: 'c', userId: 'alice', recipients: ['bob'], processId: 'one', at: at(1) }
    const signs: Sign[] = [
      { ...typing, kind: 'typing.started' },
      {
        kind: 'presence.changed',
        presence: { userId: 'bob', status: 'online', lastSeenAt: null },
        processId: 'one',
        at: at(2),
      },
      { kind: 'sessions.ended', requestId: 'r', which: { parentHash: 'h' }, processId: 'two', at: at(3) },
      ...Array.from({ length: 300 }, (_, index) => pulse(`process ${index}`)),
    ]
    await Promise.all(signs.map((sign) => store.tell(sign)))
    for (const take of watchers) expect(await take(signs.length)).toEqual(signs)
  },
)

test.each(engines)('signs come among changes, to who waits ($name)', async ({ open }) => {
  const { store } = await open()
  const conversationId = await openDirect(store)
  const waiting = watchAll(store)(3)
  await store.tell(pulse('one'))
  const message = await send(store, { target: { conversationId } })
  await store.tell(pulse('two'))
  expect(await waiting).toMatchObject([pulse('one'), { message }, pulse('two')])
})

test.each(engines)('who watches later hears nothing of it ($name)', async ({ open }) => {
  const { store } = await open()
  const conversationId = await openDirect(store)
  await store.tell(pulse('one'))
  await send(store, { target: { conversationId } })
  const take = watchAll(store)
  const message = await send(store, { target: { conversationId } })
  expect(await take(1)).toMatchObject([{ message }])
})
