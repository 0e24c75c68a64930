// Places: how far in the order of all writes of the replica set this process has come.
import type mongoose from 'mongoose'

type Timestamp = mongoose.mongo.Timestamp

export interface Place {
  /** Where the last write that this process knows of stands. */
  current: () => Timestamp
  /** Moves on, never back. */
  advance: (time: Timestamp | undefined) => void
}

export function createPlace(start: Timestamp): Place {
  let latest = start
  return {
    current: () => latest,
    advance(time) {
      if (time?.greaterThan(latest)) latest = time
    },
  }
}
