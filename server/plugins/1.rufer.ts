// The root of the server: settings, then everything that is built upon them; a start that cannot go on ends here.
import { setResponseHeader } from 'h3'
import { defineNitroPlugin } from 'nitropack/runtime'
import { ConfigError, parseConfig, unknownSettings } from '#rufer/server/config.ts'
import { requestIdOf } from '#rufer/server/request-id.ts'
import { startLifecycle, type Lifecycle } from '#rufer/server/lifecycle.ts'

export default defineNitroPlugin((nitroApp) => {
  const lifecycle = start()
  nitroApp.rufer = lifecycle
  warn(lifecycle)
  lifecycle.whenOpen.catch((error: unknown) => fail(error))
  nitroApp.hooks.hook('request', (event) => {
    setResponseHeader(event, 'X-Request-Id', requestIdOf(event.node.req))
    event.context['demo'] = lifecycle.config.isDemo
    lifecycle.lookForProxy(event.node.req)
  })
  nitroApp.hooks.hook('error', (_error, { tags }) => {
    for (const kind of UNCAUGHT)
      if (Array.isArray(tags) && tags.includes(kind)) lifecycle.counters.uncaught(kind)
  })
})

// --- Internal helpers ---

/** Nitro's names for what it catches last, and prints. */
const UNCAUGHT = ['unhandledRejection', 'uncaughtException']

function start() {
  try {
    return startLifecycle(parseConfig(process.env, { isDev: import.meta.dev }))
  } catch (error) {
    return fail(error)
  }
}

/** What was set and is most likely not meant. */
function warn({ config, log }: Lifecycle) {
  for (const name of unknownSettings(process.env)) log.warn({ name }, 'no such setting; is it misspelt?')
  if (config.isDemo && !import.meta.dev)
    log.warn(
      'demo mode is on: anybody who reaches this server may read and write as anybody; set RUFER_DEMO=false',
    )
}

/** A start without its settings or its store is none. */
function fail(error: unknown): never {
  const lines = error instanceof ConfigError ? error.lines : [toMessage(error)]
  process.stderr.write(`${lines.join('\n')}\n`)
  process.exit(1)
}

function toMessage(error: unknown) {
  return error instanceof Error ? error.message : String(error)
}
