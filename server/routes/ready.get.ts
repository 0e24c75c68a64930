// GET /ready: whether this process should be sent clients.
import { defineEventHandler, setResponseHeader, setResponseStatus } from 'h3'
import { useNitroApp } from 'nitropack/runtime'
import type { Answer } from '#rufer/shared/protocol/http.ts'

export default defineEventHandler((event): Answer<'GET /ready'> => {
  setResponseHeader(event, 'Cache-Control', 'no-store')
  const answer = useNitroApp().rufer.readiness()
  if (answer.status === 'not-ready') setResponseStatus(event, 503)
  return answer
})
