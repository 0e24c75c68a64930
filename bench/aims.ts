// Every aim of the benchmark, as data: what is held against what, and the bound of it.

/** A figure of a row of a measurement. */
export type Place = readonly [measurement: string, row: string, figure: string]

export interface Aim {
  name: string
  what: string
  of: Place
  /** What it is divided by, round by round; without it the figure itself is held against the bound, in milliseconds. */
  to?: Place
  bound: Bound
}

export type Bound =
  | { least: number }
  | { most: number }
  /** the sum of other figures, each so many times */
  | { mostSum: readonly (readonly [times: number, of: Place])[] }

export const aims: readonly Aim[] = [
  {
    name: 'closed-to-socket-io',
    what: 'closed loop: messages/s of Rufer embedded to those of the bare Socket.IO relay',
    of: ['closed', 'embedded', 'perSecond'],
    to: ['closed', 'socket-io', 'perSecond'],
    bound: { least: 1 },
  },
  {
    name: 'closed-to-ws',
    what: 'closed loop: messages/s of Rufer embedded to those of the bare ws relay',
    of: ['closed', 'embedded', 'perSecond'],
    to: ['closed', 'ws', 'perSecond'],
    bound: { least: 0.5 },
  },
  ...(['reply', 'delivery'] as const).map((latency): Aim => ({
    name: `open-${latency}`,
    what: `1,000/s: p99 of the ${latency}, where the bare ws relay's and three committed rows' are allowed`,
    of: ['open-1000', 'embedded', `${latency}P99`],
    bound: {
      mostSum: [
        [1, ['open-1000', 'ws', `${latency}P99`]],
        [3, ['rows', 'row', 'commitP99']],
      ],
    },
  })),
  {
    name: 'memory-to-ws',
    what: 'memory of an idle connection of Rufer embedded to that of the bare ws relay',
    of: ['connections', 'embedded', 'kilobytes'],
    to: ['connections', 'ws', 'kilobytes'],
    bound: { most: 1.2 },
  },
  ...Object.entries({
    newest: 'message.list, the newest page',
    middle: 'message.list, a page in the middle',
    behind: 'conversation.sync of one who is a page behind',
    far: 'conversation.sync of one who is far behind',
  }).map(([request, what]): Aim => ({
    name: `history-${request}`,
    what: `${what}: p50 in the long history to that in the short one`,
    of: ['history', 'long', `${request}P50`],
    to: ['history', 'short', `${request}P50`],
    bound: { most: 1.5 },
  })),
  ...(['mongo-1', 'mongo-2'] as const).map((side): Aim => ({
    name: `${side}-to-bare`,
    what: `closed loop: messages/s of Rufer on MongoDB, ${side === 'mongo-1' ? '1 process' : '2 processes'}, to those of bare transactions`,
    of: ['closed', side, 'perSecond'],
    to: ['transactions', 'mongod', 'perSecond'],
    bound: { least: 0.5 },
  })),
  {
    name: 'mongo-2-to-mongo-1',
    what: 'closed loop: messages/s of Rufer on MongoDB, 2 processes, to those of 1 process',
    of: ['closed', 'mongo-2', 'perSecond'],
    to: ['closed', 'mongo-1', 'perSecond'],
    bound: { least: 1 },
  },
  {
    name: 'across-processes',
    what: '200/s: from the commit to the delivery by another process, p50',
    of: ['open-200', 'mongo-2', 'afterCommitP50'],
    bound: { most: 3 },
  },
  {
    name: 'write-to-event',
    what: 'one write at a time on MongoDB: from its beginning to its event, p50',
    of: ['write', 'store', 'eventP50'],
    bound: { most: 3.5 },
  },
]

/** Whether an aim is about a measurement. */
export function isAimedAt(measurement: string): boolean {
  return aims.some((aim) => placesOf(aim).some(([name]) => name === measurement))
}

/** Every figure that an aim needs. */
export function placesOf({ of, to, bound }: Aim): Place[] {
  return [of, ...(to ? [to] : []), ...('mostSum' in bound ? bound.mostSum.map(([, place]) => place) : [])]
}
