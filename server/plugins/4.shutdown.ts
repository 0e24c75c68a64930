// The end of a process: what was accepted is finished, every client told, the store closed.
import { defineNitroPlugin } from 'nitropack/runtime'

export default defineNitroPlugin(({ rufer: lifecycle, hooks }) => {
  // under `nuxt dev` Nitro ends the worker; in production it would cut all sockets before anything of ours runs
  if (import.meta.dev) {
    hooks.hook('close', () => lifecycle.stop())
    return
  }
  process.env['NITRO_SHUTDOWN_DISABLED'] = 'true'
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop())

  async function stop() {
    const deadline = setTimeout(() => process.exit(1), DEADLINE_MS)
    lifecycle.log.info('stopping')
    await lifecycle.stop()
    clearTimeout(deadline)
    process.exit(0)
  }
})

// --- Internal helpers ---

const DEADLINE_MS = 20_000
