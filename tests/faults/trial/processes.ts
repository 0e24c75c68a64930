// The servers of a trial in its history: when each was started, told to end, ended, and what it left unhandled.
import type { History } from '#rufer/tests/faults/history.ts'
import type { TestServer } from '#rufer/tests/helpers/server.ts'

export interface Processes {
  /** Ends a server, as part of the fault; resolves with its exit code. */
  end: (server: TestServer, signal: 'SIGKILL' | 'SIGTERM') => Promise<number | null>
  /** Starts one again that has ended. */
  restart: (server: TestServer) => Promise<void>
  /** Notes what is left to note. */
  stop: () => void
}

export function watchProcesses(servers: readonly TestServer[], history: History): Processes {
  const recorderOf = (server: TestServer) => history.as(`server ${servers.indexOf(server) + 1}`, '')
  const stops = new Map<TestServer, () => void>()

  function noteUnhandled(server: TestServer) {
    const lines = server.output().match(/.*(?:unhandledRejection|uncaughtException).*/g) ?? []
    for (const line of lines) recorderOf(server)({ type: 'process', what: 'unhandled', line })
  }

  function watch(server: TestServer) {
    const { process: child } = server
    const record = recorderOf(server)
    const onExit = (code: number | null) => {
      record({ type: 'process', what: 'ended', code })
      noteUnhandled(server)
    }
    record({ type: 'process', what: 'started' })
    child.once('exit', onExit)
    stops.set(server, () => {
      child.off('exit', onExit)
      if (child.exitCode === null && child.signalCode === null) noteUnhandled(server)
    })
  }

  servers.forEach(watch)
  return {
    end(server, signal) {
      recorderOf(server)({ type: 'process', what: signal === 'SIGKILL' ? 'killed' : 'stopping' })
      return server.signal(signal)
    },
    async restart(server) {
      await server.restart()
      watch(server)
    },
    stop: () => stops.forEach((stop) => stop()),
  }
}
