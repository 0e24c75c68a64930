// How much of a page fits into one reply.
import { REPLY_BYTES } from '#rufer/shared/protocol/limits.ts'

/** Room for the page of a reply: what is left beside its frame and cursors. */
export const PAGE_BYTES = REPLY_BYTES - 8_192

/** How many bytes a value takes in a reply, with the comma after it. */
export function byteLength(value: object): number {
  return Buffer.byteLength(JSON.stringify(value)) + 1
}

/** The first items that fit into so many bytes, one at least. */
export function takeFitting<T extends object>(items: T[], bytes = PAGE_BYTES): T[] {
  let left = bytes
  const end = items.findIndex((item, index) => {
    left -= byteLength(item)
    return left < 0 && index > 0
  })
  return end === -1 ? items : items.slice(0, end)
}
