// Starts the change feed once the process is open.
import { defineNitroPlugin } from 'nitropack/runtime'
import { runFeed } from '#rufer/server/feed.ts'
import type { Lifecycle } from '#rufer/server/lifecycle.ts'
import type { Rufer } from '#rufer/server/rufer.ts'

export default defineNitroPlugin(({ rufer: lifecycle }) => {
  lifecycle.whenOpen.then(
    (rufer) => startFeed(lifecycle, rufer),
    // a failed start is told by the plugin that began it
    () => {},
  )
})

// --- Internal helpers ---

function startFeed(
  { feed, feedSignal, counters, log }: Lifecycle,
  { store, sockets, relay, upkeep, webhooks }: Rufer,
) {
  return runFeed({
    watch: (signal) => store.watch(signal),
    tell(told) {
      webhooks?.wake()
      return relay.deliver(told)
    },
    pulse: upkeep.renew,
    pulsedAt: upkeep.pulsedAt,
    endAll: sockets.restart,
    signal: feedSignal,
    state: feed,
    counters,
    log,
  })
}
