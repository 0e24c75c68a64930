// Reading from the embedded engine: the list of a user with very many conversations, and pages of a very long history.
import type { Figures } from '#rufer/bench/figures.ts'
import { putLoad } from '#rufer/bench/load/put-load.ts'
import type { Requests } from '#rufer/bench/load/read.ts'
import { startEmbedded } from '#rufer/bench/sides/rufer.ts'
import { toServed } from '#rufer/bench/sides/side.ts'
import type { Stage } from '#rufer/bench/stage.ts'
import { fillConversations, fillHistory, makeDataDir, READER } from '#rufer/bench/store/fill.ts'
import { CPUS, inTurn, type Measurement } from './measurement.ts'

export const conversationList: Measurement = {
  name: 'list',
  title: 'Rufer embedded: conversation.list by pages of 50, one after the other',
  columns: [
    { key: 'firstP50', head: 'first page p50', unit: 'ms' },
    { key: 'firstP99', head: 'p99', unit: 'ms' },
    { key: 'walkP50', head: 'all pages in turn p50', unit: 'ms' },
    { key: 'walkP99', head: 'p99', unit: 'ms' },
    ...CPUS,
  ],
  rows: { few: '100 conversations', many: 'very many' },
  ratios: [['many', 'few']],
  begin: (stage) => {
    const fillAnd = (count: number) => (dataDir: string) => {
      fillConversations(dataDir, count)
      return toListRequests(stage.extent.requests)
    }
    return readFilled(stage, {
      few: fillAnd(FEW),
      many: fillAnd(stage.extent.conversations),
    })
  },
}

export const longHistory: Measurement = {
  name: 'history',
  title: 'Rufer embedded: pages of 50 of a history, one after the other; p50',
  columns: [
    { key: 'newestP50', head: 'newest', unit: 'ms' },
    { key: 'middleP50', head: 'in the middle', unit: 'ms' },
    { key: 'behindP50', head: 'sync, a page behind', unit: 'ms' },
    { key: 'farP50', head: 'sync, far behind', unit: 'ms' },
    ...CPUS,
  ],
  rows: { short: '1,000 messages', long: 'very many' },
  ratios: [['long', 'short']],
  begin: (stage) => {
    const { messages, requests } = stage.extent
    const fillAnd = (count: number) => (dataDir: string) =>
      toHistoryRequests({ ...fillHistory(dataDir, count), count, requests })
    return readFilled(stage, { short: fillAnd(SHORT), long: fillAnd(messages) })
  },
}

// --- Internal helpers ---

const FEW = 100
const SHORT = 1_000
const PAGE = 50

type ByName = Record<string, Requests>

/** A server for each row, on data of its own; nothing where the embedded engine does not take part. */
async function readFilled({ names, kept }: Stage, fills: Record<string, (dataDir: string) => ByName>) {
  const filled = names.includes('embedded') ? Object.entries(fills) : []
  const rows = await Array.fromAsync(filled, async ([row, fill]) => {
    const dataDir = makeDataDir(kept)
    const requests = fill(dataDir)
    return [row, { requests, side: kept.use(await startEmbedded(dataDir)) }] as const
  })
  const byName = new Map(rows)
  return () =>
    inTurn([...byName.keys()], async (row): Promise<Figures> => {
      const reading = byName.get(row)
      if (!reading) throw new Error(`unable to read; there is no ${row}`)
      const { requests, side } = reading
      const seat = await side.takeSeat({ userId: READER, room: READER, turn: 0 })
      return putLoad({ job: 'read', ...toServed(side), seat, requests })
    })
}

function toListRequests(count: number): ByName {
  const params = Array.from({ length: count }, () => ({ limit: PAGE }))
  return {
    first: { method: 'conversation.list', params },
    walk: { method: 'conversation.list', params, isWalk: true },
  }
}

/** Places in the middle and far behind are spread over the history, so that they are not all in one page of the file. */
function toHistoryRequests(of: {
  conversationId: string
  rev: number
  count: number
  requests: number
}): ByName {
  const { conversationId, rev, count, requests } = of
  const shares = Array.from({ length: requests }, (_, index) => 0.1 + (0.8 * index) / requests)
  const toSync = (at: number) => ({ revs: { [conversationId]: at }, limit: PAGE })
  return {
    newest: { method: 'message.list', params: shares.map(() => ({ conversationId, limit: PAGE })) },
    middle: {
      method: 'message.list',
      params: shares.map((share) => ({ conversationId, limit: PAGE, beforeSeq: Math.ceil(share * count) })),
    },
    behind: { method: 'conversation.sync', params: shares.map(() => toSync(Math.max(0, rev - PAGE))) },
    far: { method: 'conversation.sync', params: shares.map((share) => toSync(Math.floor(share * rev))) },
  }
}
