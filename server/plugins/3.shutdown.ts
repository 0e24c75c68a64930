// The end of a process: what was accepted is finished, every client told, the store closed.
import { defineNitroPlugin } from 'nitropack/runtime'

export default defineNitroPlugin(({ rufer: lifecycle, hooks }) => {
  const { log } = lifecycle
  hooks.hook('close', () => lifecycle.stop())
  // under `nuxt dev` Nitro calls the hook; in production it would first cut all sockets, so the signals are ours
  if (import.meta.dev) return
  process.env['NITRO_SHUTDOWN_DISABLED'] = 'true'
  let stopping: Promise<void> | undefined
  // a terminal and npm may both send one: the second must not cut off what the first began
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => (stopping ??= exit()))

  async function exit() {
    log.info('stopping')
    setTimeout(() => giveUp(new Error(`not done within ${DEADLINE_MS} ms`)), DEADLINE_MS).unref()
    try {
      await hooks.callHook('close')
      process.exit(0)
    } catch (error) {
      giveUp(error)
    }
  }

  function giveUp(error: unknown): never {
    log.fatal({ err: error }, 'unable to stop in order; ending at once')
    process.exit(1)
  }
})

// --- Internal helpers ---

/** No peer can delay a stop for so long; a store that does not answer can. */
const DEADLINE_MS = 9_500
