// Before the tests of a project that needs MongoDB: a replica set of one member, for all of them.
import type { TestProject } from 'vitest/node'
import { hasMongod } from './mongod.ts'
import { startReplicaSet } from './replica-set.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** null where there is no mongod, and none could be fetched */
    mongodbUri: string | null
  }
}

export default async function setUp(project: TestProject) {
  if (!(await hasMongod())) return project.provide('mongodbUri', null)
  const set = await startReplicaSet()
  project.provide('mongodbUri', set.uri)
  return () => set.stop()
}
