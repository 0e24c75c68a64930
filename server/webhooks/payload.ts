// What a webhook carries: the type of what happened, when that was, and the same nouns as over a socket.
import type { Told } from '#rufer/server/store/outbox.ts'

export function toPayload(told: Told): string {
  return JSON.stringify({ type: told.kind, timestamp: told.at, data: dataOf(told) })
}

// --- Internal helpers ---

function dataOf(told: Told) {
  if (told.kind === 'presence.changed') return { presence: told.presence }
  return told.kind === 'receipt.updated' ? { receipt: told.receipt } : { message: told.message }
}
