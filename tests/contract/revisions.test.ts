// The contract of revisions: whoever reads on from any rev ends with what a fresh reader sees.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { applyToModel, emptyModel, rebuild, step, type Step } from './model.ts'
import {
  at,
  engines,
  getConversation,
  listAll,
  listAllRevisions,
  memberOf,
  openDirect,
  send,
} from './harness.ts'

test.each(engines)('a page is the first of messages and receipts together ($name)', async ({ open }) => {
  const { store } = await open()
  const conversationId = await openDirect(store)
  const target = { conversationId }
  await send(store, { target })
  await store.moveReceipt({ conversationId, userId: 'bob', deliveredSeq: 1, at: at(2_000) })
  await store.moveReceipt({ conversationId, userId: 'bob', readSeq: 1, at: at(2_000) })
  await send(store, { senderId: 'bob', target })
  await send(store, { target })
  const list = async (afterRev: number, throughRev: number, limit: number) => {
    const page = await store.listRevisions({ conversationId, afterRev, throughRev, limit })
    return [page.messages.map(({ rev }) => rev), page.receipts.map(({ rev }) => rev), page.hasMore]
  }
  expect(await list(0, 5, 9)).toEqual([[1, 4, 5], [2, 3], false])
  expect(await list(0, 5, 5)).toEqual([[1, 4, 5], [2, 3], false])
  expect(await list(0, 5, 4)).toEqual([[1, 4], [2, 3], true])
  expect(await list(0, 5, 1)).toEqual([[1], [], true])
  expect(await list(1, 5, 1)).toEqual([[], [2], true])
  expect(await list(2, 4, 9)).toEqual([[4], [3], false])
  expect(await list(2, 4, 1)).toEqual([[], [3], true])
  expect(await list(5, 5, 9)).toEqual([[], [], false])
  expect(await list(5, 99, 9)).toEqual([[], [], false])
})

test.each(engines)(
  'whatever two members do, all reads agree with a plain model ($name)',
  async ({ open }) => {
    const { store } = await open()
    let runs = 0
    const run = async (steps: Step[], limit: number) => {
      const users: [string, string] = [`a${++runs}`, `b${runs}`]
      const conversationId = await openDirect(store, users)
      const model = emptyModel(users, at(0))
      const outcomes = await Promise.all(
        steps.map((one) => step(store, { conversationId, users, step: one })),
      )
      expect(outcomes).toEqual(steps.map((one) => applyToModel(model, one)))

      const conversation = await getConversation(store, conversationId)
      const messages = await listAll(store, conversationId, limit)
      expect(messages).toMatchObject(model.messages)
      expect(conversation).toMatchObject({ seq: model.messages.length, rev: model.rev })
      expect(conversation.lastMessage).toEqual(messages.at(-1) ?? null)
      for (const userId of users) {
        const member = memberOf(conversation, userId)
        expect(member).toMatchObject(model.markers[users.indexOf(userId)] ?? {})
        const unread = messages.filter(({ seq, senderId }) => seq > member.readSeq && senderId !== userId)
        expect(unread).toHaveLength(conversation.seq - member.readSeq)
      }

      const query = { conversationId, afterRev: 0, throughRev: conversation.rev, limit }
      const revisions = await listAllRevisions(store, query)
      expect(revisions.map(({ rev }) => rev)).toEqual(
        Array.from({ length: model.rev }, (_, index) => index + 1),
      )
      expect(await listAllRevisions(store, { ...query, maxBytes: 12 })).toEqual(revisions)
      expect(rebuild(revisions, conversation.members)).toEqual({ messages, members: conversation.members })
      const afterRev = Math.floor(model.rev / 2)
      expect(await listAllRevisions(store, { ...query, afterRev })).toEqual(revisions.slice(afterRev))
    }
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { maxLength: 40 }), fc.integer({ min: 1, max: 7 }), run),
      {
        numRuns: 60,
      },
    )
  },
)

const member = fc.constantFrom(0 as const, 1 as const)
const ms = fc.integer({ min: 1, max: 50 })
const seq = fc.integer({ min: 0, max: 25 })
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('send' as const), member, ms }),
  fc.record({ kind: fc.constant('deliver' as const), member, ms, seq }),
  fc.record({ kind: fc.constant('read' as const), member, ms, seq }),
)
