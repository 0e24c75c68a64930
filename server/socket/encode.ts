// Frames from the server, as bytes: encoded once, however many connections they go to.
import type { EventData, EventName } from '#rufer/shared/protocol/events.ts'
import type { FrameError } from '#rufer/shared/protocol/frame.ts'

/** An event as it goes over the wire. */
export function encodeEvent<E extends EventName>(event: E, data: EventData<E>): Buffer {
  return Buffer.from(JSON.stringify({ event, data }))
}

/** A reply as it goes over the wire. */
export function encodeReply(reply: { id: number } & ({ result: object } | { error: FrameError })): Buffer {
  return Buffer.from(JSON.stringify(reply))
}
