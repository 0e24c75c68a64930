// A bare relay as a side: a process that knows by the address who belongs together, and keeps nothing.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { pidOf, type Place, type Side } from './side.ts'

export function startWsRelay(): Promise<Side> {
  return startRelay('ws-relay.ts', ({ userId, room }, port) => ({
    userId,
    url: `ws://127.0.0.1:${port}/${toConversationId(room)}/${userId}`,
    protocols: [],
  }))
}

export function startSocketIoRelay(): Promise<Side> {
  return startRelay('socket-io-relay.ts', ({ userId, room }, port) => ({
    userId,
    url: `http://127.0.0.1:${port}/?room=${toConversationId(room)}&userId=${userId}`,
    protocols: [],
    dialect: 'socket.io',
  }))
}

// --- Internal helpers ---

type ToSeat = (place: Place, port: number) => Awaited<ReturnType<Side['takeSeat']>>

async function startRelay(script: string, toSeat: ToSeat): Promise<Side> {
  const relay = spawn(process.execPath, [join(import.meta.dirname, script)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(relay, 'exit')
  const [address] = await once(relay.stdout, 'data')
  const { port }: { port: number } = JSON.parse(String(address))
  return {
    pids: [pidOf(relay)],
    enrol: async () => {},
    takeSeat: async (place) => toSeat(place, port),
    async [Symbol.asyncDispose]() {
      relay.stdin.end()
      await ended
    },
  }
}

/** As long as an id of Rufer's. */
function toConversationId(room: string) {
  return room.padEnd(22, '-')
}
