// MessageWindow: whatever arrives in whatever order, the range has no hole and nothing twice.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Message } from '#rufer/shared/model/message.ts'
import {
  emptyWindow,
  firstSeq,
  lastSeq,
  trimmed,
  withArrival,
  withPage,
  type MessageWindow,
} from '#rufer/stores/message-window.ts'
import { aMessage } from '../../helpers/chat-fixtures.ts'

const ready: MessageWindow = { ...emptyWindow, state: 'ready' }

describe('a window', () => {
  it('never has a hole, nor anything twice', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('arrival' as const), seq: fc.integer({ min: 1, max: 40 }) }),
      fc.record({
        kind: fc.constant('page' as const),
        seq: fc.integer({ min: 1, max: 40 }),
        count: fc.integer({ min: 0, max: 12 }),
      }),
      fc.record({ kind: fc.constant('trim' as const), most: fc.integer({ min: 1, max: 20 }) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const window = steps.reduce((held, next) => {
          if (next.kind === 'arrival') return withArrival(held, aMessage({ seq: next.seq }))
          if (next.kind === 'trim') return trimmed(held, 'older', next.most)
          return withPage(held, page(next.seq, next.count))
        }, ready)
        const seqs = window.messages.map(({ seq }) => seq)
        expect(seqs).toEqual(seqs.map((_, index) => firstSeq(window) + index))
      }),
    )
  })

  it('takes the next message, and not one beyond', () => {
    const window = withPage(ready, page(1, 3))
    expect(lastSeq(withArrival(window, aMessage({ seq: 4 })))).toBe(4)
    expect(lastSeq(withArrival(window, aMessage({ seq: 5 })))).toBe(3)
  })

  it('takes a newer form of a message it holds, and not an older one', () => {
    const window = withPage(ready, [aMessage({ seq: 1, rev: 5, text: 'held' })])
    expect(withArrival(window, aMessage({ seq: 1, rev: 6, text: 'newer' })).messages[0]?.text).toBe('newer')
    expect(withArrival(window, aMessage({ seq: 1, rev: 4, text: 'older' })).messages[0]?.text).toBe('held')
  })

  it('takes nothing before its first page is there', () => {
    expect(withArrival(emptyWindow, aMessage({ seq: 1 })).messages).toEqual([])
  })
})

function page(from: number, count: number): Message[] {
  return Array.from({ length: count }, (_, index) => aMessage({ seq: from + index }))
}
