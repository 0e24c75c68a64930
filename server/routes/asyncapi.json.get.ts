// GET /asyncapi.json: the protocol over WebSockets, for machines.
import { makeAsyncApi } from '#rufer/server/documents/asyncapi.ts'
import { defineDocument } from '#rufer/server/http/document.ts'

export default defineDocument(makeAsyncApi)
