// GET /metrics: the counters as Prometheus text, for whoever holds the bearer token.
import { createError, defineEventHandler, getRequestHeader, setResponseHeader } from 'h3'
import { useNitroApp } from 'nitropack/runtime'
import { isSame } from '#rufer/server/http/key.ts'

export default defineEventHandler((event) => {
  const { config, counters } = useNitroApp().rufer
  const { metricsToken } = config
  if (metricsToken === undefined) throw createError({ statusCode: 404 })
  setResponseHeader(event, 'Cache-Control', 'no-store')
  if (!isSame(`Bearer ${metricsToken}`, getRequestHeader(event, 'authorization') ?? '')) {
    throw createError({ statusCode: 401 })
  }
  setResponseHeader(event, 'Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  return counters.toText()
})
