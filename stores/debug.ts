// Debug store: the last 500 things the client did, for the debug view. Records only while that is shown.
import { defineStore } from 'pinia'
import { markRaw, shallowReactive } from 'vue'
import type { Trace } from '#rufer/client/trace.ts'
import { toDebugEntry, type DebugEntry } from './debug-entry.ts'

const MOST_ENTRIES = 500
const LAST_FRAMES = 10

interface State {
  isOn: boolean
  isPaused: boolean
  /** what the entries shown have somewhere in them */
  search: string
  entries: DebugEntry[]
  tokenExpiresAt: string | undefined
  attempts: number
  /** how often something was missed that the server should have told; counted even while the debug view is not shown */
  gaps: number
  lastCloseCode: number | undefined
  /** by name and id alone; known even while the debug view is not shown */
  lastFrames: readonly string[]
  /** of the requests sent, by id */
  methods: Map<number, string>
}

export const useDebugStore = defineStore('debug', {
  state: (): State => ({
    isOn: false,
    isPaused: false,
    search: '',
    entries: shallowReactive([]),
    tokenExpiresAt: undefined,
    attempts: 0,
    gaps: 0,
    lastCloseCode: undefined,
    lastFrames: markRaw([]),
    methods: shallowReactive(new Map()),
  }),
  actions: {
    record(trace: Trace) {
      if (trace.kind === 'sent') this.keepName(`out ${trace.frame.method} #${trace.frame.id}`)
      if (trace.kind === 'received') this.keepName(`in ${trace.name}`)
      if (trace.kind === 'gap') this.gaps++
      if (this.isOn) this.log(trace)
    },
    keepName(name: string) {
      this.lastFrames = markRaw([...this.lastFrames, name].slice(-LAST_FRAMES))
    },
    log(trace: Trace) {
      if (trace.kind === 'token' && trace.outcome === 'asked') this.attempts++
      if (trace.kind === 'token' && trace.expiresAt) this.tokenExpiresAt = trace.expiresAt
      if (trace.kind === 'socket' && trace.code !== undefined) this.lastCloseCode = trace.code
      if (this.isPaused) return
      this.entries.push(toDebugEntry(trace, Date.now(), this.methods))
      if (this.entries.length > MOST_ENTRIES) this.entries.splice(0, this.entries.length - MOST_ENTRIES)
    },
    recordFailure(operation: string, error: unknown) {
      this.record({ kind: 'failure', operation, reason: String(error) })
    },
    /** For what may fail without anybody having to be told: the next time makes up for it. */
    async tolerate(operation: string, run: () => Promise<void>) {
      try {
        await run()
      } catch (error) {
        this.recordFailure(operation, error)
      }
    },
    clear() {
      this.entries.splice(0)
    },
  },
})
