// Signs: what processes tell each other through the stream, some at a time, so that they cost little.
import { createGroupCommit } from '../group-commit.ts'
import type { Sign } from '../port.ts'
import { answered } from './answered.ts'
import { toStoreError } from './failure.ts'
import type { Collections } from './models.ts'

/** Resolves once the sign is on its way to every process, with how many keep a lease. */
export type Tell = (sign: Sign) => Promise<number>

export function createTell({ ephemeral, leases }: Collections): Tell {
  let processes = 1
  const countLeases = async () => (await leases.find({}, { projection: { _id: 1 } }).toArray()).length
  const { write } = createGroupCommit<Sign>({
    async commit(signs) {
      const storedAt = new Date()
      try {
        const inserted = ephemeral.insertMany(signs.map((sign) => ({ storedAt, sign })))
        ;[processes] = await answered(Promise.all([countLeases(), inserted]))
      } catch (error) {
        throw toStoreError(error)
      }
    },
    spaceMs: SPACE_MS,
  })
  return async (sign) => {
    await write(sign)
    return processes
  }
}

// --- helpers ---

/** At hundreds a second, inserts this far apart cost a third of one for each. */
const SPACE_MS = 20
