// Typing: over a connection a sign ends in time, and before the message of who typed (I12).
import { TYPING_MS, TYPING_RELAY_MS } from '#rufer/shared/protocol/limits.ts'
import type { Evidence } from '#rufer/tests/faults/evidence.ts'
import type { Entry } from '#rufer/tests/faults/history.ts'
import { groupBy } from './calls.ts'
import type { Fault } from './fault.ts'

export function checkTyping({ entries, slackMs }: Evidence): Fault[] {
  return [...groupBy(entries, ({ device }) => device)].flatMap(([device, own]) => {
    const steps = [...own.flatMap(toStep), { at: own.at(-1)?.at ?? 0, does: 'ends' } as const]
    const subjects = new Set(steps.flatMap(({ subject }: Step) => subject ?? []))
    return [...subjects]
      .filter((subject) => isHanging(steps, subject, TYPING_MS + TYPING_RELAY_MS + slackMs))
      .map((subject) => {
        const what = `${device} saw ${subject} type for too long`
        return { invariant: 'I12', tally: 'other', subject, what } as const
      })
  })
}

// --- Internal helpers ---

interface Step {
  at: number
  does: 'starts' | 'stops' | 'says' | 'ends'
  /** a user in a conversation; undefined: all that is shown */
  subject?: string
}

function toStep(entry: Entry): Step[] {
  const { at } = entry
  // who is not connected shows nobody typing
  if (entry.type === 'closed') return [{ at, does: 'ends' }]
  // what is caught up with may have been said long before
  if (entry.type !== 'wire') return []
  const { event, data } = entry.event
  if (event === 'message.created') {
    const { conversationId, senderId } = data.message
    return [{ at, does: 'says', subject: `${conversationId} ${senderId}` }]
  }
  if (event !== 'typing.started' && event !== 'typing.stopped') return []
  const does = event === 'typing.started' ? 'starts' : 'stops'
  return [{ at, does, subject: `${data.conversationId} ${data.userId}` }]
}

/** Whether the sign was there for too long, or still there when the message came. */
function isHanging(steps: Step[], subject: string, boundMs: number): boolean {
  let since = Infinity
  return steps
    .filter((step) => (step.subject ?? subject) === subject)
    .some(({ at, does }) => {
      const isWrong = at - since > boundMs || (does === 'says' && since !== Infinity)
      since = does === 'starts' ? at : Infinity
      return isWrong
    })
}
