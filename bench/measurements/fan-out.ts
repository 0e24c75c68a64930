// Presence: users who connect one after the other, and many who are told of each.
import { mapInParallel } from '#rufer/bench/in-parallel.ts'
import { putLoad } from '#rufer/bench/load/put-load.ts'
import { toServed, type Side } from '#rufer/bench/sides/side.ts'
import { bySide, CPUS, SIDE_RATIOS, SIDE_ROWS, type Measurement } from './measurement.ts'

export const presenceFanOut: Measurement = {
  name: 'fan-out',
  title: 'Fan-out: from the connection of a user until each of those who watch has heard of it',
  columns: [
    { key: 'perSecond', head: 'told/s', unit: 'count' },
    { key: 'toldP50', head: 'p50', unit: 'ms' },
    { key: 'toldP99', head: 'p99', unit: 'ms' },
    ...CPUS,
  ],
  rows: SIDE_ROWS,
  ratios: SIDE_RATIOS,
  async begin(stage) {
    const watchers = Array.from({ length: stage.extent.watchers }, (_, index) => `watcher-${index}`)
    await Array.fromAsync(stage.names, async (name) => {
      const side = await stage.side(name)
      await side.enrol([...watchers, ...WATCHED])
      await putLoad({ job: 'befriend', watchers: await seat(side, watchers), userIds: WATCHED })
    })
    return bySide(stage, async (side) =>
      putLoad({
        job: 'fan-out',
        ...toServed(side),
        watchers: await seat(side, watchers),
        watched: await seat(side, WATCHED),
      }),
    )
  },
}

// --- Internal helpers ---

const WATCHED = Array.from({ length: 20 }, (_, index) => `watched-${index}`)

/** Of several processes, each has every other one. */
function seat(side: Side, userIds: string[]) {
  const places = userIds.map((userId, index) => ({ userId, room: 'crowd', turn: index }))
  return mapInParallel(places, side.takeSeat)
}
