// The contract of pages by bytes: an engine reads no more texts than a page may hold, and skips none.
import { expect, test } from 'vitest'
import { at, engines, openDirect, send } from './harness.ts'

test.each(engines)(
  'a page of messages ends with the one at which its texts reach so many bytes ($name)',
  async ({ open }) => {
    const { store } = await open()
    const conversationId = await openDirect(store)
    const text = '😀é12'
    await Promise.all(Array.from({ length: 5 }, () => send(store, { target: { conversationId }, text })))
    const list = async (query: {
      beforeSeq?: number
      afterSeq?: number
      limit?: number
      maxBytes: number
    }) => {
      const { messages, hasMore } = await store.listMessages({ conversationId, limit: 9, ...query })
      return { seqs: messages.map(({ seq }) => seq), hasMore }
    }
    expect(await list({ maxBytes: 8 })).toEqual({ seqs: [5], hasMore: true })
    expect(await list({ maxBytes: 9 })).toEqual({ seqs: [4, 5], hasMore: true })
    expect(await list({ maxBytes: 16 })).toEqual({ seqs: [4, 5], hasMore: true })
    expect(await list({ maxBytes: 32 })).toEqual({ seqs: [2, 3, 4, 5], hasMore: true })
    expect(await list({ maxBytes: 33 })).toEqual({ seqs: [1, 2, 3, 4, 5], hasMore: false })
    expect(await list({ maxBytes: 40 })).toEqual({ seqs: [1, 2, 3, 4, 5], hasMore: false })
    expect(await list({ maxBytes: 40, limit: 2 })).toEqual({ seqs: [4, 5], hasMore: true })
    expect(await list({ beforeSeq: 3, maxBytes: 1 })).toEqual({ seqs: [2], hasMore: true })
    expect(await list({ beforeSeq: 2, maxBytes: 1 })).toEqual({ seqs: [1], hasMore: false })
    expect(await list({ afterSeq: 0, maxBytes: 9 })).toEqual({ seqs: [1, 2], hasMore: true })
    expect(await list({ afterSeq: 3, maxBytes: 16 })).toEqual({ seqs: [4, 5], hasMore: false })
    // one at least, even where nothing would fit
    expect(await list({ afterSeq: 0, maxBytes: 0 })).toEqual({ seqs: [1], hasMore: true })
    expect(await list({ afterSeq: 5, maxBytes: 0 })).toEqual({ seqs: [], hasMore: false })
  },
)

test.each(engines)(
  'a page of revisions ends with the message at which its texts reach so many bytes ($name)',
  async ({ open }) => {
    const { store } = await open()
    const conversationId = await openDirect(store)
    const target = { conversationId }
    // revs 1 to 3 and 6 are messages of 8 bytes each, 4 and 5 are receipts
    for (let count = 0; count < 3; count++) await send(store, { target, text: '😀é12' })
    await store.moveReceipt({ conversationId, userId: 'bob', deliveredSeq: 3, at: at(2_000) })
    await store.moveReceipt({ conversationId, userId: 'bob', readSeq: 3, at: at(2_000) })
    await send(store, { target, text: '😀é12' })
    const list = async (afterRev: number, maxBytes: number, limit = 9) => {
      const query = { conversationId, afterRev, throughRev: 6, limit, maxBytes }
      const page = await store.listRevisions(query)
      return [page.messages.map(({ rev }) => rev), page.receipts.map(({ rev }) => rev), page.hasMore]
    }
    expect(await list(0, 8)).toEqual([[1], [], true])
    expect(await list(0, 9)).toEqual([[1, 2], [], true])
    expect(await list(0, 16)).toEqual([[1, 2], [], true])
    expect(await list(0, 24)).toEqual([[1, 2, 3], [], true])
    expect(await list(0, 25)).toEqual([[1, 2, 3, 6], [4, 5], false])
    expect(await list(0, 25, 5)).toEqual([[1, 2, 3], [4, 5], true])
    expect(await list(2, 9)).toEqual([[3, 6], [4, 5], false])
    expect(await list(5, 1)).toEqual([[6], [], false])
    expect(await list(0, 1)).toEqual([[1], [], true])
    expect(await list(3, 1)).toEqual([[6], [4, 5], false])
    // one at least, even where nothing would fit
    expect(await list(0, 0)).toEqual([[1], [], true])
    expect(await list(3, -5)).toEqual([[], [4], true])
  },
)

test.each(engines)(
  'a page of conversations ends with the one at which their last texts reach so many bytes ($name)',
  async ({ open }) => {
    const { store } = await open()
    const ids: string[] = []
    // the last texts have 8 bytes each, but for the second one's: it has none
    for (const [minute, peer] of ['bob', 'carol', 'dave', 'erin'].entries()) {
      const conversationId = await openDirect(store, ['alice', peer])
      ids.unshift(conversationId)
      if (peer === 'dave') continue
      const target = { conversationId }
      await send(store, { target, text: 'followed by another', at: at(minute) })
      await send(store, { target, text: '😀é12', at: at(minute) })
    }
    const list = async (maxBytes: number, limit = 9) => {
      const page = await store.listConversations({ userId: 'alice', limit, maxBytes })
      return { ids: page.conversations.map(({ id }) => id), hasMore: page.hasMore }
    }
    const { conversations: ordered } = await store.listConversations({ userId: 'alice', limit: 9 })
    const order = ordered.map(({ id }) => id)
    expect(new Set(order)).toEqual(new Set(ids))
    expect(await list(8)).toEqual({ ids: order.slice(0, 1), hasMore: true })
    expect(await list(9)).toEqual({ ids: order.slice(0, 2), hasMore: true })
    expect(await list(17)).toEqual({ ids: order, hasMore: false })
    expect(await list(17, 3)).toEqual({ ids: order.slice(0, 3), hasMore: true })
    // one at least, even where nothing would fit
    expect(await list(0)).toEqual({ ids: order.slice(0, 1), hasMore: true })

    const lookUp = async (maxBytes: number, beyond?: Record<string, number>) => {
      const found = await store.getConversations({ ids, maxBytes, ...(beyond && { beyond }) })
      expect(new Set([...found.conversations.map(({ id }) => id), ...found.remaining]).size).toBe(
        found.conversations.length + found.remaining.length,
      )
      return [found.conversations.length, found.remaining.length]
    }
    expect(await lookUp(25)).toEqual([4, 0])
    expect(await lookUp(0)).toEqual([1, 3])
    expect(await lookUp(1, Object.fromEntries(ids.map((id) => [id, 1])))).toEqual([1, 2])
    expect(await lookUp(99, Object.fromEntries(ids.map((id) => [id, 1])))).toEqual([3, 0])
    expect(await lookUp(0, Object.fromEntries(ids.map((id) => [id, 2])))).toEqual([0, 0])
  },
)
