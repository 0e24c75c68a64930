// The end of a process: what was accepted is finished, every client told, the store closed.
import { defineNitroPlugin } from 'nitropack/runtime'

export default defineNitroPlugin(({ rufer: lifecycle, hooks }) => {
  hooks.hook('close', () => lifecycle.stop())
  // under `nuxt dev` Nitro calls the hook; in production it would first cut all sockets, so the signals are ours
  if (import.meta.dev) return
  process.env['NITRO_SHUTDOWN_DISABLED'] = 'true'
  let stopping: Promise<void> | undefined
  // a terminal and npm may both send one: the second must not cut off what the first began
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => (stopping ??= exit()))

  async function exit() {
    lifecycle.log.info('stopping')
    setTimeout(() => process.exit(1), DEADLINE_MS).unref()
    await hooks.callHook('close')
    process.exit(0)
  }
})

// --- Internal helpers ---

const DEADLINE_MS = 20_000
