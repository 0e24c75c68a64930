// A frame's text as a request, or nothing where the protocol has been broken.
import { FRAME_DEPTH } from '#rufer/shared/protocol/limits.ts'
import { requestFrame } from '#rufer/shared/protocol/frame.ts'

export interface DecodedRequest {
  id: number
  /** undefined where `method` is no string */
  method: string | undefined
  /** undefined where `params` are no object */
  params: Record<string, unknown> | undefined
}

/**
 * Decodes a request whose id must be greater than the last one.
 *
 * @returns undefined for what is no JSON object, nests too deep, or has no valid id: there is nothing to answer to
 */
export function decodeRequest(text: string, lastId: number): DecodedRequest | undefined {
  const frame = parseJson(text)
  if (!isObject(frame) || isDeeper(frame, FRAME_DEPTH)) return undefined
  const id = requestFrame.shape.id.safeParse(frame['id']).data
  if (id === undefined || id <= lastId) return undefined
  const method = requestFrame.shape.method.safeParse(frame['method']).data
  // as they came: a schema's copy lacks a `__proto__` that the method's own schema is to refuse
  const { params = {} } = frame
  return { id, method, params: isObject(params) ? params : undefined }
}

// --- Internal helpers ---

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether a value nests deeper than so many levels, itself being the first. */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((child) => isDeeper(child, levels - 1))
}
