// Messages: sending one, once, and reading a conversation's history.
import type { Clock } from '#rufer/server/clock.ts'
import type { Counters } from '#rufer/server/counters.ts'
import type { RateLimiter } from '#rufer/server/rate-limiter.ts'
import type { AppendOutcome, ChatStore, MessageDraft, MessageTarget } from '#rufer/server/store/port.ts'
import type { Traces } from '#rufer/server/traces.ts'
import { countCodePoints } from '#rufer/shared/model/code-points.ts'
import type { Instant } from '#rufer/shared/model/instant.ts'
import type { Message } from '#rufer/shared/model/message.ts'
import { ChatError } from '#rufer/shared/protocol/errors.ts'
import type { Answer } from '#rufer/shared/protocol/http.ts'
import type { Params, Result } from '#rufer/shared/protocol/methods.ts'
import { refuseOneself, requireMember } from './access.ts'
import { PAGE_BYTES, takeFitting } from './fit-reply.ts'

interface MessagesDeps {
  store: ChatStore
  clock: Clock
  counters: Counters
  /** a bucket a user, over all of the user's connections */
  sendRate: RateLimiter
  /** the most code points of a text */
  textLength: number
  traces: Pick<Traces, 'accepted' | 'committed' | 'of'>
}

export function createMessagesService(deps: MessagesDeps) {
  return {
    /**
     * Stores a message durably, or finds it stored already.
     *
     * @throws ChatError `text-too-long`, `rate-limited`, `id-conflict`, `conversation-not-found`, `user-not-found`
     */
    async send(senderId: string, params: Params<'message.send'>): Promise<Result<'message.send'>> {
      const draft = toDraft(senderId, params, deps)
      const waitMs = deps.sendRate.take(senderId)
      if (waitMs > 0) return sendBeyondRate(draft, waitMs, deps)
      const appended = await append(draft, deps)
      if (appended.outcome === 'duplicate') deps.sendRate.give(senderId)
      return toResult(appended)
    },

    /**
     * The same for a back end, which no rate holds up: it knows whom it speaks for, and how often.
     *
     * @throws ChatError `text-too-long`, `id-conflict`, `conversation-not-found`, `user-not-found`
     */
    async post(senderId: string, params: Params<'message.send'>): Promise<Result<'message.send'>> {
      return toResult(await append(toDraft(senderId, params, deps), deps))
    },

    /** What became of a message, here and at its recipient. @throws ChatError `not-found` */
    async trace(id: string): Promise<Answer<'GET /api/messages/:id/trace'>> {
      const message = await deps.store.getMessage(id)
      if (!message) throw new ChatError('not-found', { reason: 'no such message' })
      const { conversationId, seq, deliveredAt, readAt } = message
      const { acceptedAt, committedAt, fedAt, sentTo = null } = deps.traces.of(id)
      const seen = {
        acceptedAt: toInstant(acceptedAt),
        committedAt: toInstant(committedAt),
        fedAt: toInstant(fedAt),
      }
      return { id, conversationId, seq, ...seen, sentTo, deliveredAt, readAt }
    },

    /** A page of the history, as far as it fits into a reply. */
    async list(userId: string, params: Params<'message.list'>): Promise<Result<'message.list'>> {
      await requireMember(deps.store, userId, params.conversationId)
      const { messages, hasMore } = await deps.store.listMessages({ ...params, maxBytes: PAGE_BYTES })
      const fitting =
        params.afterSeq === undefined
          ? takeFitting(messages.toReversed()).toReversed()
          : takeFitting(messages)
      return { messages: fitting, hasMore: hasMore || fitting.length < messages.length }
    },
  }
}

// --- Internal helpers ---

function toInstant(ms: number | undefined): Instant | null {
  return ms === undefined ? null : new Date(ms).toISOString()
}

async function append(draft: MessageDraft, { store, traces }: MessagesDeps) {
  traces.accepted(draft.id)
  const appended = await store.appendMessage(draft)
  if ('message' in appended) traces.committed(draft.id)
  return appended
}

function toDraft(
  senderId: string,
  { id, text, ...to }: Params<'message.send'>,
  deps: MessagesDeps,
): MessageDraft {
  if (countCodePoints(text) > deps.textLength) {
    throw new ChatError('text-too-long', { reason: `the text has more than ${deps.textLength} code points` })
  }
  return { id, senderId, text, target: toTarget(senderId, to), at: deps.clock.instant() }
}

function toTarget(senderId: string, to: { conversationId?: string; userId?: string }): MessageTarget {
  if (to.conversationId !== undefined) return { conversationId: to.conversationId }
  const userId = to.userId ?? ''
  refuseOneself(senderId, userId)
  return { userId }
}

/** A resend of what is stored costs nothing, so it is answered even beyond the rate. */
async function sendBeyondRate(draft: MessageDraft, retryAfterMs: number, { store, counters }: MessagesDeps) {
  const message = await store.getMessage(draft.id)
  if (message?.senderId === draft.senderId && (await isTarget(store, message, draft))) {
    return { message, duplicate: true }
  }
  counters.refused('messages-per-second')
  throw new ChatError('rate-limited', { retryAfterMs })
}

async function isTarget(store: ChatStore, message: Message, { target }: MessageDraft) {
  if ('conversationId' in target) return target.conversationId === message.conversationId
  return (await store.getMemberIds(message.conversationId)).includes(target.userId)
}

function toResult(appended: AppendOutcome): Result<'message.send'> {
  if ('message' in appended) return { message: appended.message, duplicate: appended.outcome === 'duplicate' }
  throw new ChatError(appended.outcome)
}
