// Reading a JSON body: of the right type, not too large, well-formed.
import type { IncomingMessage } from 'node:http'
import { ChatError } from '#rufer/shared/protocol/errors.ts'
import { BODY_BYTES } from '#rufer/shared/protocol/limits.ts'

/** The client went away while its body was read: nobody is left to answer. */
export class ClientGone extends Error {}

/** @throws ChatError `unsupported-media-type`, `body-too-large`, `invalid-params` for what is no JSON; ClientGone */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const mediaType = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase()
  if (mediaType !== 'application/json') throw new ChatError('unsupported-media-type')
  return parseJson(await readBytes(request))
}

/** The bytes of a body, counted while they come. @throws ChatError `body-too-large`, ClientGone */
export async function readBytes(request: IncomingMessage): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > BODY_BYTES) throw new ChatError('body-too-large')
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      size += chunk.length
      if (size > BODY_BYTES) break
      chunks.push(chunk)
    }
  } catch (error) {
    // a request's only errors are those of its socket
    throw new ClientGone('unable to read body; the client went away', { cause: error })
  }
  if (size <= BODY_BYTES) return Buffer.concat(chunks)
  // the rest is read and forgotten: a socket closed on it would take the answer with it
  request.resume()
  throw new ChatError('body-too-large')
}

// --- Internal helpers ---

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new ChatError('invalid-params', { reason: 'the body is not well-formed JSON in UTF-8' })
  }
}
