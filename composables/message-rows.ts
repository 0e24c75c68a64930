// Rows of a conversation: messages grouped by sender and day, then those on their way. Pure.
import type { Conversation } from '#rufer/shared/model/conversation.ts'
import type { Message } from '#rufer/shared/model/message.ts'
import { peerOf } from '#rufer/stores/conversation-changes.ts'
import type { OutboxRow } from '#rufer/stores/messages.ts'
import { formatDay, localDay } from './format-time.ts'

export type MessageStatus = 'sending' | 'waiting' | 'sent' | 'delivered' | 'read' | 'failed'

export interface MessageRow {
  id: string
  senderId: string
  /** empty once deleted */
  text: string
  createdAt: string
  isOwn: boolean
  isDeleted: boolean
  /** of own messages, unless deleted */
  status: MessageStatus | undefined
  /** why it was not sent */
  reason: string | undefined
  /** it waits, and ends with the page, since the browser's storage would not take it */
  isUnkept: boolean
  /** in the conversation already */
  message: Message | undefined
  /** the heading above, on the first message of a day */
  day: string | undefined
  /** "New messages" begin here */
  hasDivider: boolean
  startsGroup: boolean
  endsGroup: boolean
}

export interface RowSource {
  conversation: Conversation
  messages: readonly Message[]
  unsent: readonly OutboxRow[]
  viewerId: string
  isLive: boolean
  /** the first unread seq, where the divider stands */
  dividerSeq: number | undefined
  /** any instant of today, in milliseconds since 1970 */
  now: number
}

const GROUP_GAP_MS = 5 * 60_000

type Bare = Omit<MessageRow, 'day' | 'startsGroup' | 'endsGroup'>

export function toMessageRows(source: RowSource): MessageRow[] {
  const stored = source.messages.map((message) => fromMessage(message, source))
  // A page of messages may hold one before its own event says that it is stored.
  const isStored = ({ id }: OutboxRow) => source.messages.some((message) => message.id === id)
  const unsent = source.unsent.filter((row) => !isStored(row)).map((row) => fromOutbox(row, source))
  const rows = [...stored, ...unsent]
  return rows.map((row, index) => {
    const before = rows[index - 1]
    const after = rows[index + 1]
    const isNewDay = !before || localDay(before.createdAt) !== localDay(row.createdAt)
    return {
      ...row,
      day: isNewDay ? formatDay(row.createdAt, source.now) : undefined,
      startsGroup: !before || !isOneGroup(before, row),
      endsGroup: !after || !isOneGroup(row, after),
    }
  })
}

/** The same rows, where one of before is equal as the very object it was: what shows it has nothing to do. */
export function reuseRows(rows: MessageRow[], before: readonly MessageRow[]): MessageRow[] {
  const known = new Map(before.map((row) => [row.id, row]))
  return rows.map((row) => {
    const old = known.get(row.id)
    return old && isEqual(old, row) ? old : row
  })
}

/** What a failed message says. */
export function toReason(error: OutboxRow['error']): string {
  const known = reasons.find(([codes]) => codes.some((code) => code === error?.code))
  return known?.[1] ?? error?.message ?? 'The server refused it.'
}

const reasons: readonly [codes: string[], reason: string][] = [
  [['text-too-long', 'frame-too-large'], 'The text is too long.'],
  [['conversation-not-found', 'user-not-found'], 'The conversation is gone.'],
  [['id-conflict'], 'Another message has its id already.'],
  [['frame-refused'], 'The server refused it.'],
]

function isEqual(a: MessageRow, b: MessageRow): boolean {
  const values = new Map(Object.entries(b))
  return Object.entries(a).every(([key, value]) => values.get(key) === value)
}

function fromMessage(message: Message, { conversation, viewerId, dividerSeq }: RowSource): Bare {
  const isOwn = message.senderId === viewerId
  const isDeleted = message.deletedAt !== undefined
  return {
    ...bare(message),
    senderId: message.senderId,
    isOwn,
    isDeleted,
    status: isOwn && !isDeleted ? storedStatus(conversation, message, viewerId) : undefined,
    reason: undefined,
    isUnkept: false,
    message,
    hasDivider: message.seq === dividerSeq,
  }
}

function fromOutbox(row: OutboxRow, { viewerId, isLive }: RowSource): Bare {
  const onItsWay = isLive ? 'sending' : 'waiting'
  return {
    ...bare(row),
    senderId: viewerId,
    isOwn: true,
    isDeleted: false,
    status: row.state === 'sending' ? onItsWay : row.state,
    reason: row.state === 'failed' ? toReason(row.error) : undefined,
    isUnkept: !row.isKept && (row.state === 'failed' || !isLive),
    message: undefined,
    hasDivider: false,
  }
}

function bare({ id, text, createdAt }: { id: string; text: string; createdAt: string }) {
  return { id, text, createdAt }
}

function storedStatus(conversation: Conversation, { seq }: Message, viewerId: string): MessageStatus {
  const peer = peerOf(conversation, viewerId)
  if (peer && peer.readSeq >= seq) return 'read'
  return peer && peer.deliveredSeq >= seq ? 'delivered' : 'sent'
}

function isOneGroup(a: Bare, b: Bare): boolean {
  if (a.senderId !== b.senderId || b.hasDivider) return false
  if (localDay(a.createdAt) !== localDay(b.createdAt)) return false
  return Date.parse(b.createdAt) - Date.parse(a.createdAt) <= GROUP_GAP_MS
}
