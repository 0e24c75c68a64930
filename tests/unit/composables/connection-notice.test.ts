// The notice about the connection: nothing for short troubles, and no words that flash.
import { describe, expect, it } from 'vitest'
import { nextNotice, noNotice } from '#rufer/composables/connection-notice.ts'
import type { ConnectionStatus } from '#rufer/stores/connection.ts'

const live: ConnectionStatus = { state: 'live' }
const connecting: ConnectionStatus = { state: 'connecting', attempt: 2 }
const syncing: ConnectionStatus = { state: 'syncing' }
const offline = (retryAt: number, code = 1006): ConnectionStatus => ({
  state: 'offline',
  waitMs: 8_000,
  retryAt,
  attempt: 2,
  code,
})

type States = [at: number, status: ConnectionStatus][]

/** Plays states that begin at the instants given, looking every 100 ms, and gives each change of words. */
function play(states: States, { until = 20_000, isOnline = true } = {}) {
  const changes: [at: number, text: string][] = []
  let notice = noNotice
  for (let at = 0; at <= until; at += 100) {
    const before = notice.text
    notice = nextNotice(notice, { ...stateAt(states, at), isOnline }, at)
    if (notice.text !== before) changes.push([at, notice.text])
  }
  return { changes, words: changes.map(([, text]) => text), notice }
}

function stateAt(states: States, at: number) {
  const begun = states.filter(([from]) => from <= at)
  const [since, status] = begun.at(-1) ?? [0, live]
  const trouble = begun[begun.findLastIndex(([, { state }]) => state === 'live') + 1]
  const restart = begun.findLast(([, one]) => one.state === 'offline' && one.code === 1012)
  return { status, since, troubledSince: trouble?.[0] ?? since, restartingSince: restart?.[0] }
}

it('says nothing about troubles that pass within 2 s', () => {
  expect(
    play([
      [0, live],
      [1000, offline(2000)],
      [2000, connecting],
      [2500, syncing],
      [2900, live],
    ]).words,
  ).toEqual([])
})

it.each([
  ['Connecting…', connecting],
  ['Updating…', syncing],
  ['No connection. Trying again in 8 s', offline(10_000)],
  ['Server is restarting', offline(10_000, 1012)],
  ['Paused for 30 s', offline(32_000, 4429)],
])('says "%s" once it lasted 2 s', (text, status) => {
  expect(play([[0, status]], { until: 2000 }).changes).toEqual([[2000, text]])
})

it('offers to try now where that is of use', () => {
  const states = [offline(10_000), offline(32_000, 4429), connecting]
  const notices = states.map((status) => play([[0, status]], { until: 2000 }).notice)
  expect(notices.map(({ canTryNow }) => canTryNow)).toEqual([true, false, false])
})

it('counts down, and tells where the machine itself has no network', () => {
  expect(play([[0, offline(4000)]], { until: 4000, isOnline: false }).words).toEqual([
    'No network. Trying again in 2 s',
    'No network. Trying again in 1 s',
  ])
})

it('says nothing of the network to those who are connected, whatever the browser believes', () => {
  const { changes } = play(
    [
      [0, offline(4000)],
      [4000, connecting],
      [4100, syncing],
      [4200, live],
    ],
    { isOnline: false },
  )
  expect(changes.at(-1)).toEqual([4200, ''])
})

it('keeps the words while an attempt fails quickly', () => {
  const { words } = play(
    [
      [0, live],
      [1, offline(4001)],
      [4001, connecting],
      [4300, offline(10_300)],
    ],
    { until: 8000 },
  )
  expect(words).not.toContain('Connecting…')
  expect(words).toContain('No connection. Trying again in 3 s')
})

it('says for half a minute that the server is restarting, however further attempts are lost', () => {
  const { changes } = play(
    [
      [0, live],
      [1, offline(1000, 1012)],
      [1000, connecting],
      [1100, offline(4000)],
      [4000, connecting],
      [4100, offline(60_000)],
    ],
    { until: 31_000 },
  )
  expect(changes.slice(0, 2)).toEqual([
    [2100, 'Server is restarting'],
    [30_100, 'No connection. Trying again in 30 s'],
  ])
})

it('says that there is no connection while attempts fail one after the other', () => {
  const { changes } = play(
    [
      [0, live],
      [1, offline(1000)],
      [1000, connecting],
      [1100, offline(1900)],
      [1900, connecting],
      [2200, offline(5200)],
    ],
    { until: 2500 },
  )
  expect(changes).toEqual([[2200, 'No connection. Trying again in 3 s']])
})

describe('words that came', () => {
  it('stand for a second, even when all is well again', () => {
    expect(
      play([
        [0, syncing],
        [2100, live],
      ]).changes,
    ).toEqual([
      [2000, 'Updating…'],
      [3000, ''],
    ])
  })

  it('go at once after that', () => {
    expect(
      play([
        [0, syncing],
        [5000, live],
      ]).changes,
    ).toEqual([
      [2000, 'Updating…'],
      [5000, ''],
    ])
  })
})
