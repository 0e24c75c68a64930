// GET /api/users/:userId/export: all that is kept of a user, as NDJSON.
import { userIdOf } from '#rufer/server/http/call.ts'
import { afterOf } from '#rufer/server/http/query.ts'
import { defineStream } from '#rufer/server/http/stream.ts'

export default defineStream('GET /api/users/:userId/export', ({ event, rufer }) =>
  rufer.services.export.read(userIdOf(event), afterOf(event)),
)
