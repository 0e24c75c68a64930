// A mongod for the benchmark: a replica set of one member, with a database of Rufer's.
import { startReplicaSet } from '#rufer/tests/helpers/replica-set.ts'

export interface Mongo extends AsyncDisposable {
  pid: number
  uri: string
}

/** @throws Error that says what to install, where there is no mongod */
export async function startMongo(): Promise<Mongo> {
  const set = await startReplicaSet()
  const { child } = await set.primary()
  if (child.pid === undefined) throw new Error('unable to start mongod; it has no process')
  return {
    pid: child.pid,
    uri: set.uri.replace('/?', '/rufer?'),
    [Symbol.asyncDispose]: () => set.stop(),
  }
}
