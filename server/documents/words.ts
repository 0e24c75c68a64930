// What the documents say in words, where no table says it.

/** The version of the protocol, over HTTP and over WebSockets. */
export const API_VERSION = '1.0.0'

export const HTTP_RULES = [
  'JSON in and out, `Cache-Control: no-store`, no CORS headers. Calls of the back end need the header `x-rufer-secret-key`.',
  'Unknown fields are refused; fields of an answer that you do not know must be ignored. A refusal reads',
  '`{ "error": { "code", "message", "issues"? } }`, and the machine reads `code` only. Any other path or method under',
  '`/api` is answered with 404 `not-found`.',
].join(' ')

export const SOCKET_RULES = [
  'One JSON text frame holds a request `{ id, method, params }`, a reply `{ id, result }` or `{ id, error }`, or an event',
  '`{ event, data }`. The `id` of a request is greater than every earlier one of the connection. Requests of one connection',
  'run one after the other, in the order sent, and each gets exactly one reply. Unknown fields in params are refused; unknown',
  'events and unknown fields in events must be ignored. The first frame from the server is `session.started`.',
].join(' ')

export const SUBPROTOCOLS =
  'Offer the subprotocols `rufer.v1` and `rufer.token.<token>`; the server selects `rufer.v1`. The token comes from `POST /api/users/session-token`.'

export const UPGRADE_REFUSALS = {
  400: 'no GET, `rufer.v1` not offered, bad version or key',
  401: 'no, bad, used or expired token',
  403: 'a page of an origin that is not allowed',
  404: 'any other path',
  429: 'too many connections or upgrades of the user or address',
  503: 'too many connections in all, stopping, or the store cannot be used',
}
