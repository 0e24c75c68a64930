// What is shown and said of a message: its text, or that it is there no more. Pure.
import type { Message } from '#rufer/shared/model/message.ts'

const DELETED_WORDS = 'Message deleted'

/** More would be read out at length, and fits nowhere. */
const MOST_CODE_POINTS = 200

/** For where a message is told of beside its conversation: in the list, by a notice, by a screen reader. */
export function toShortText({ text, deletedAt }: Pick<Message, 'text' | 'deletedAt'>): string {
  return deletedAt === undefined ? shortened(text) : DELETED_WORDS
}

/** No character of it is cut in two. */
export function shortened(text: string): string {
  return Array.from(text.slice(0, 2 * MOST_CODE_POINTS))
    .slice(0, MOST_CODE_POINTS)
    .join('')
}
