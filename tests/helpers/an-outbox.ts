// An outbox for unit tests: what its messages are answered with is told beforehand, what it sends is noted.
import { Outbox, type OutboxOptions, type OutboxRow } from '#rufer/client/outbox.ts'
import { RequestError } from '#rufer/client/request-error.ts'
import { aMessage, INSTANT } from './chat-fixtures.ts'
import { ManualClock } from './manual-clock.ts'

type Answer = 'stored' | 'seen' | RequestError

/** @param answers by id, one after the other; `seen` when there is none */
export function anOutbox(
  answers: Record<string, Answer[]> = {},
  kept: Pick<OutboxOptions, 'storage' | 'locks'> = {},
) {
  const clock = new ManualClock()
  const sent: string[] = []
  const unkept: string[] = []
  const outbox = new Outbox({
    ...kept,
    clock,
    random: () => 0,
    async send({ id }) {
      sent.push(id)
      const answer = answers[id]?.shift() ?? 'seen'
      if (answer instanceof RequestError) throw answer
      return { message: aMessage({ id }), isSeen: answer === 'seen' }
    },
    onChange: () => undefined,
    onSent: () => undefined,
    onFailed: () => undefined,
    onUnkept: (reason) => unkept.push(String(reason)),
  })
  const type = (id: string, text = `text of ${id}`) =>
    outbox.add({ id, text, createdAt: INSTANT, conversationId: 'c1' })
  return { outbox, sent, unkept, clock, type }
}

export function states(outbox: Outbox): Record<string, OutboxRow['state']> {
  return Object.fromEntries(outbox.rows.map(({ id, state }) => [id, state]))
}
