// What clients show in the end: who was there all the time, or came back, shows what a fresh one shows (I14), and no text of who was erased (I19).
import type { Evidence } from '#rufer/tests/faults/evidence.ts'
import type { Entry } from '#rufer/tests/faults/history.ts'
import { viewOf, type ConversationView } from '#rufer/tests/faults/view.ts'
import { groupBy } from './calls.ts'
import { erasuresOf } from './erased.ts'
import { checkMessage } from './erasures.ts'
import type { Fault } from './fault.ts'

export function checkViews({ entries, fresh }: Evidence): Fault[] {
  const devices = groupBy(entries, ({ device }) => device)
  const erasures = erasuresOf(entries)
  const freshViews = new Map(
    [...fresh].map(([userId, device]) => [userId, viewOf(devices.get(device) ?? [])]),
  )
  return [...devices].flatMap(([device, own]) => {
    const freshView = freshViews.get(own[0]?.userId ?? '')
    if (!freshView || !isLive(own)) return []
    return [...viewOf(own)].flatMap(([conversationId, view]): Fault[] => {
      const subject = `${device} ${conversationId}`
      const left = [...view.messages.values()].flatMap((message) =>
        checkMessage({ who: device, message, erasures }),
      )
      const difference = compare(view, freshView.get(conversationId))
      return difference === undefined
        ? left
        : left.concat({ invariant: 'I14', tally: 'other', subject, what: `${device} shows ${difference}` })
    })
  })
}

// --- Internal helpers ---

function isLive(entries: readonly Entry[]) {
  const statuses = entries.flatMap((entry) => (entry.type === 'status' ? [entry.state] : []))
  return statuses.at(-1) === 'live'
}

/** The first difference, undefined where there is none. */
function compare(view: ConversationView, fresh: ConversationView | undefined): string | undefined {
  if (!fresh) return 'a conversation that a fresh client does not'
  for (const seq of new Set([...view.messages.keys(), ...fresh.messages.keys()])) {
    const [shown, right] = [toText(view.messages.get(seq)), toText(fresh.messages.get(seq))]
    if (shown !== right) return `${shown} where a fresh client shows ${right}`
  }
  for (const userId of new Set([...view.markers.keys(), ...fresh.markers.keys()])) {
    const [shown, right] = [toText(view.markers.get(userId)), toText(fresh.markers.get(userId))]
    if (shown !== right) return `${userId} at ${shown} where a fresh client shows ${right}`
  }
  return undefined
}

/** The same for equal things, whatever the order of their fields. */
function toText(value: object | undefined): string {
  if (value === undefined) return 'nothing'
  return JSON.stringify(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)))
}
