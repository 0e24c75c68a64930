// A server that is cut off from the database under load, for a moment, and for so long that the history is gone.
import { setTimeout as pause } from 'node:timers/promises'
import type mongoose from 'mongoose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect } from '#rufer/tests/helpers/client.ts'
import { hasMongod } from '#rufer/tests/helpers/mongod.ts'
import { readDatabase } from '#rufer/tests/helpers/mongo.ts'
import { registerNew } from '#rufer/tests/helpers/people.ts'
import { startCluster, type Cluster } from './cluster.ts'
import { endure } from '#rufer/tests/faults/trial/endure.ts'

describe.skipIf(!(await hasMongod()))('a server', () => {
  let cluster: Cluster
  beforeAll(async () => {
    cluster = await startCluster({ args: ['--oplogSize', '1', '--syncdelay', '1'] })
  })
  afterAll(() => cluster.stop())

  test('F20 is cut off from the database for a while', async () => {
    const { links } = cluster
    const faults = await endure('F20 a server is cut off', cluster, async () => {
      links.forEach((link) => link.cut())
      await pause(8_000)
      links.forEach((link) => link.restore())
    })
    expect(faults).toEqual([])
  })

  test('F20 hears nothing from the database for a while', async () => {
    const { links } = cluster
    const faults = await endure('F20 a server hears nothing', cluster, async () => {
      links.forEach((link) => link.hold('server'))
      await pause(8_000)
      links.forEach((link) => link.release())
    })
    expect(faults).toEqual([])
  })

  test('F19 is cut off for longer than the history reaches back: everybody on it reads what they missed', async () => {
    const { links, uri } = cluster
    const [, , server] = cluster.servers
    const faults = await endure('F19 the history is lost', cluster, async () => {
      // the others may have gone elsewhere by the time that it is over
      const witness = await connect(server, await registerNew(server, 'witness'))
      links.forEach((link) => link.cut())
      await outliveHistory(uri)
      links.forEach((link) => link.restore())
      expect(await witness.closed).toBe(1012)
    })
    expect(faults).toEqual([])
  })
})

/** Writes until nothing that was written before is in the oplog any more. */
async function outliveHistory(uri: string) {
  const block = { block: Buffer.alloc(900_000) }
  await readDatabase(uri, async (database) => {
    const { operationTime: since } = await database.command({ ping: 1 })
    const oplog = database.client.db('local').collection<{ ts: mongoose.mongo.Timestamp }>('oplog.rs')
    const isGone = async () => {
      const oldest = await oplog.findOne({}, { sort: { $natural: 1 } })
      return oldest?.ts.greaterThan(since) ?? false
    }
    while (!(await isGone()))
      await database.collection('ballast').insertOne({ ...block }, { writeConcern: { w: 'majority' } })
  })
}
