// Which process of a server tests talk to, where it has several: each user has one, in turn, and so has each HTTP call.
import type { ServerAddress } from './server.ts'

/** The process that a user's connections are opened on: of two people who meet, each is on another one. */
export function placeOf(server: ServerAddress, userId: string): ServerAddress {
  const users = places.get(server) ?? new Map<string, ServerAddress>()
  places.set(server, users)
  const place = users.get(userId) ?? inTurn(server, users.size)
  users.set(userId, place)
  return place
}

/** A process that a user is not on; undefined where there is no other. */
export function otherThan(server: ServerAddress, place: ServerAddress): ServerAddress | undefined {
  return server.processes?.find((other) => other !== place)
}

/** The process for the next HTTP call. */
export function nextOf(server: ServerAddress): ServerAddress {
  const call = calls.get(server) ?? 0
  calls.set(server, call + 1)
  return inTurn(server, call)
}

// --- Internal helpers ---

const places = new WeakMap<ServerAddress, Map<string, ServerAddress>>()
const calls = new WeakMap<ServerAddress, number>()

function inTurn(server: ServerAddress, index: number): ServerAddress {
  const { processes = [server] } = server
  return processes[index % processes.length] ?? server
}
