// The change feed: every stored change, in commit order, becomes events. The only way one reaches a socket.
import { defineNitroPlugin } from 'nitropack/runtime'
import type { Lifecycle } from '#rufer/server/lifecycle.ts'
import type { Rufer } from '#rufer/server/rufer.ts'
import type { Change } from '#rufer/server/store/port.ts'

export default defineNitroPlugin(({ rufer: lifecycle }) => {
  lifecycle.whenOpen.then(
    (rufer) => runFeed(lifecycle, rufer),
    // a failed start is told by the plugin that began it
    () => {},
  )
})

// --- Internal helpers ---

async function runFeed(lifecycle: Lifecycle, rufer: Rufer) {
  const { feed, feedSignal, log } = lifecycle
  feed.isRunning = true
  try {
    for await (const change of rufer.store.watch(feedSignal)) {
      deliver(change, lifecycle, rufer)
      feed.lagMs = Math.max(0, Date.now() - Date.parse(change.at))
    }
  } catch (error) {
    log.fatal({ err: error }, 'the change feed has failed; clients get no events until a restart')
  } finally {
    feed.isRunning = false
  }
}

/** An event that cannot be told leaves a hole in the revs, which clients see and mend by syncing. */
function deliver(change: Change, { counters, log }: Lifecycle, { services, fanout }: Rufer) {
  try {
    if (change.kind === 'message.created') services.typing.messageCreated(change.message)
    fanout.fanOut(change)
  } catch (error) {
    counters.dropped('event')
    log.error({ err: error, kind: change.kind }, 'unable to tell a change')
  }
}
