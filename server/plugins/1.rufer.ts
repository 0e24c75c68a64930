// The root of the server: settings, then everything that is built upon them; a start that cannot go on ends here.
import { defineNitroPlugin } from 'nitropack/runtime'
import { ConfigError, parseConfig, unknownSettings } from '#rufer/server/config.ts'
import { startLifecycle } from '#rufer/server/lifecycle.ts'

export default defineNitroPlugin((nitroApp) => {
  const lifecycle = start()
  nitroApp.rufer = lifecycle
  for (const name of unknownSettings(process.env))
    lifecycle.log.warn({ name }, 'no such setting; is it misspelt?')
  lifecycle.whenOpen.catch((error: unknown) => fail(error))
  nitroApp.hooks.hook('request', (event) => {
    event.context['demo'] = lifecycle.config.isDemo
  })
})

// --- Internal helpers ---

function start() {
  try {
    return startLifecycle(parseConfig(process.env, { isDev: import.meta.dev }))
  } catch (error) {
    return fail(error)
  }
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
