// The contract of profile changes: each conversation of the user is told, a few at a time, whatever else is written.
import { expect, test } from 'vitest'
import type { Change, ChatStore } from '#rufer/server/store/port.ts'
import { at, draft, engines, memberOf, openDirect, register, send, watchFeed } from './harness.ts'

const PEERS = Array.from({ length: 1_100 }, (_, index) => `peer-${index}`)

test.each(engines)(
  'of very many conversations all are told, and others need not wait for it ($name)',
  { timeout: 60_000 },
  async ({ open }) => {
    const { store } = await open()
    const conversationIds = await makePopular(store)
    const feed = watchFeed(store)
    const [changed, message] = await Promise.all([
      store.putUser({ userId: 'alice', displayName: 'Alice II' }, at(5)),
      send(store, draft({ senderId: 'peer-0', target: { userId: 'peer-1' } })),
    ])
    expect(changed).toEqual({ outcome: 'updated' })
    const changes = await takeUntilFence(store, feed)
    const told = changes.filter(({ recipients }) => recipients.includes('alice'))
    expect(told.map(({ conversationId }) => conversationId).toSorted()).toEqual(conversationIds.toSorted())
    for (const change of told) expect([nameIn(change), change.at]).toEqual(['Alice II', at(5)])
    const place = changes.findIndex((change) => 'message' in change && change.message.id === message.id)
    expect(changes.slice(place + 1)).toContain(told.at(-1))
  },
)

test.each(engines)(
  'of two profile changes at once every conversation is told the newest one last ($name)',
  { timeout: 60_000 },
  async ({ open }) => {
    const { store } = await open()
    const conversationIds = await makePopular(store)
    const feed = watchFeed(store)
    const names = ['Alice II', 'Alice III', 'Alice IV']
    await Promise.all(
      names.map((displayName, index) => store.putUser({ userId: 'alice', displayName }, at(index))),
    )
    const [alice] = await store.getUsers(['alice'])
    const last = new Map<string, string | undefined>()
    for (const change of await takeUntilFence(store, feed)) last.set(change.conversationId, nameIn(change))
    expect(conversationIds.map((id) => last.get(id))).toEqual(conversationIds.map(() => alice?.displayName))
  },
)

// --- Internal helpers ---

/** Alice, who has a conversation with every peer. */
async function makePopular(store: ChatStore) {
  await register(store, 'alice', ...PEERS)
  await openDirect(store, ['bob', 'carol'])
  return Promise.all(
    PEERS.map(async (peer) => {
      const outcome = await store.openConversation(['alice', peer], at(0))
      if (outcome.outcome === 'user-not-found') throw new Error('unable to open; a user was not found')
      return outcome.conversation.id
    }),
  )
}

/** All that the feed carries by now. */
async function takeUntilFence(store: ChatStore, feed: ReturnType<typeof watchFeed>) {
  const fence = await send(store, { senderId: 'bob', target: { userId: 'carol' } })
  const changes: Change[] = []
  for (;;) {
    const [change] = await feed.take(1)
    if (!change || ('message' in change && change.message.id === fence.id)) return changes
    changes.push(change)
  }
}

/** What alice is called in a changed conversation. */
function nameIn(change: Change) {
  return change.kind === 'conversation.updated'
    ? memberOf(change.conversation, 'alice').displayName
    : undefined
}
