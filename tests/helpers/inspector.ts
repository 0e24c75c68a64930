// The inspector of a server started with `--inspect`: for what only the inside of a process can tell.
import { once } from 'node:events'
import { WebSocket } from 'ws'

export interface Inspector {
  /** Collects all garbage, and gives the bytes of what is left on the heap. */
  measureHeap(): Promise<number>
  close(): void
}

/** Node's option for it, on a free port of loopback. */
export const INSPECTED = { NODE_OPTIONS: '--inspect=127.0.0.1:0' }

/** Attaches to the inspector whose address a server printed at its start. */
export async function inspect(output: string): Promise<Inspector> {
  const address = /Debugger listening on (ws:\S+)/.exec(output)?.[1]
  if (!address) throw new Error('unable to inspect the server; it was not started with --inspect')
  const socket = new WebSocket(address)
  await once(socket, 'open')
  let lastId = 0

  async function call(method: string): Promise<{ usedSize: number }> {
    const id = ++lastId
    socket.send(JSON.stringify({ id, method }))
    for (;;) {
      const [text] = await once(socket, 'message')
      const answer = JSON.parse(String(text))
      if (answer.id === id) return answer.result
    }
  }

  return {
    async measureHeap() {
      // what a finalizer lets go of is garbage only at the next one
      for (let round = 0; round < 3; round++) await call('HeapProfiler.collectGarbage')
      return (await call('Runtime.getHeapUsage')).usedSize
    },
    close: () => socket.terminate(),
  }
}
