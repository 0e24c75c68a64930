// The replica set of npm run dev:cluster: one member, whose data stays while its port may change.
import { setTimeout as delay } from 'node:timers/promises'
import mongoose from 'mongoose'

/** What mongod is started with. */
export function memberArgs({ port, folder }: { port: number; folder: string }): string[] {
  const place = ['--port', String(port), '--bind_ip', '127.0.0.1', '--nounixsocket', '--dbpath', folder]
  return ['--replSet', SET, ...place, '--wiredTigerCacheSizeGB', '0.25']
}

/**
 * Makes a set of the mongod on a port, or lets the set that its data knows move there, and waits until it takes writes.
 *
 * @returns its address
 */
export async function makeReplicaSet(port: number): Promise<string> {
  const host = `127.0.0.1:${port}`
  const client = new mongoose.mongo.MongoClient(`mongodb://${host}/?directConnection=true`)
  try {
    const admin = client.db('admin')
    await settle(admin, host)
    while (!(await admin.command({ hello: 1 }))['isWritablePrimary']) await delay(50)
  } finally {
    await client.close()
  }
  return `mongodb://${host}/rufer?replicaSet=${SET}`
}

// --- Internal helpers ---

const SET = 'rs'
const NOT_YET_INITIALIZED = 94

async function settle(admin: mongoose.mongo.Db, host: string) {
  const members = [{ _id: 0, host }]
  const known = await admin.command({ replSetGetConfig: 1 }).catch(whenNew)
  if (!known) await admin.command({ replSetInitiate: { _id: SET, members } })
  else if (known['config'].members[0].host !== host)
    await admin.command({
      replSetReconfig: { ...known['config'], members, version: known['config'].version + 1 },
      // a member that does not find itself in its set has no primary to ask
      force: true,
    })
}

function whenNew(error: unknown) {
  if (error instanceof mongoose.mongo.MongoServerError && error.code === NOT_YET_INITIALIZED) return undefined
  throw error
}
