// GET /openapi.json: the HTTP calls, for machines.
import { makeOpenApi } from '#rufer/server/documents/openapi.ts'
import { defineDocument } from '#rufer/server/http/document.ts'

export default defineDocument(makeOpenApi)
