// Whether tests have a mongod to run on.
import { findMongod } from '#rufer/scripts/mongod.ts'

/** With `RUFER_REQUIRE_MONGOD=1` a missing mongod is a failure; else the tests that need one are skipped. */
export async function hasMongod(): Promise<boolean> {
  return findMongod().then(() => true, whenMissing)
}

// --- Internal helpers ---

function whenMissing(error: unknown) {
  if (process.env['RUFER_REQUIRE_MONGOD'] === '1') throw error
  process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`)
  return false
}
