// GET /docs: the API, for people.
import { defineEventHandler, setResponseHeaders } from 'h3'
import { makeDocsPage } from '#rufer/server/documents/page.ts'

export default defineEventHandler((event) => {
  const { html, headers } = makeDocsPage()
  setResponseHeaders(event, headers)
  return html
})
