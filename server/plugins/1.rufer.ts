// The root of the server: settings, then everything that is built upon them; a start that cannot go on ends here.
import { defineNitroPlugin } from 'nitropack/runtime'
import { ConfigError, parseConfig, unknownSettings } from '#rufer/server/config.ts'
import { startLifecycle } from '#rufer/server/lifecycle.ts'

export default defineNitroPlugin((nitroApp) => {
  const config = readConfig()
  const lifecycle = startLifecycle(config)
  nitroApp.rufer = lifecycle
  for (const name of unknownSettings(process.env))
    lifecycle.log.warn({ name }, 'no such setting; is it misspelt?')
  lifecycle.whenOpen.catch((error: unknown) => fail([error instanceof Error ? error.message : String(error)]))
  nitroApp.hooks.hook('request', (event) => {
    event.context['demo'] = config.isDemo
  })
})

// --- Internal helpers ---

function readConfig() {
  try {
    return parseConfig(process.env, { isDev: import.meta.dev })
  } catch (error) {
    if (error instanceof ConfigError) return fail(error.lines)
    throw error
  }
}

/** A start without its settings or its store is none. */
function fail(lines: string[]): never {
  process.stderr.write(`${lines.join('\n')}\n`)
  process.exit(1)
}
