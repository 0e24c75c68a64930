// Connections that do nothing: how fast they come, and the memory of each.
import { putLoad } from '#rufer/bench/load/put-load.ts'
import { takePairs, toServed } from '#rufer/bench/sides/side.ts'
import { sides } from '#rufer/bench/sides/sides.ts'
import { CPUS, inTurn, SIDE_RATIOS, SIDE_ROWS, type Measurement } from './measurement.ts'

export const idleConnections: Measurement = {
  name: 'connections',
  title: 'Connections that do nothing',
  columns: [
    { key: 'perSecond', head: 'come in a second', unit: 'count' },
    { key: 'kilobytes', head: 'memory each', unit: 'KB' },
    ...CPUS,
  ],
  rows: SIDE_ROWS,
  ratios: SIDE_RATIOS,
  begin: async ({ names, extent }) => {
    // a second process has its own, each of which takes what one of the first takes
    const measured = names.filter((name) => name !== 'mongo-2')
    return () =>
      inTurn(measured, async (name) => {
        // a new one each time: what one once took it does not give back
        await using side = await sides[name].start()
        const seats = (await takePairs(side, Math.ceil(extent.connections / 2))).flat()
        return await putLoad({ job: 'connect', ...toServed(side), seats })
      })
  },
}
