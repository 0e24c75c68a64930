// What the benchmark measures beside messages: presence, connections, reading and starting.
import { expect, test } from 'vitest'
import { bench } from '#rufer/tests/helpers/bench.ts'

const SMALL = '--rounds 1 --watchers 3 --connections 10 --conversations 120 --messages 1200 --requests 3'

test('presence, connections, reading and starting are measured beside the ws relay', async () => {
  const only = 'fan-out,connections,list,history,start-up'
  const { code, stdout, stderr } = await bench(...SMALL.split(' '), '--only', only, '--sides', 'ws,embedded')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  const rowsOf = (title: string) =>
    stdout
      .slice(stdout.indexOf(title))
      .split('\n\n')[0]
      ?.split('\n')
      .slice(2)
      .map((line) => line.trim().split(/ {2,}/).slice(0, 3))
  const aCount = expect.stringMatching(/^[1-9][\d,]*$/)
  const aTime = expect.stringMatching(/^[\d,.]+ ms$/)
  const aRatio = expect.stringMatching(/^[\d.]+x$/)
  const aRatioOrNothing = expect.stringMatching(/^(?:-?[\d.]+x|-?Infinityx|NaNx)$/)
  expect(rowsOf('Fan-out')).toEqual([
    ['bare ws relay', aCount, aTime],
    ['Rufer embedded', aCount, aTime],
    ['Rufer embedded to bare ws relay', aRatio, aRatio],
  ])
  // so few take less than what a process gets from the system at once
  const aSize = expect.stringMatching(/^(?:-?[\d.]+ KB|n\/a)$/)
  expect(rowsOf('Connections')).toEqual([
    ['bare ws relay', aCount, aSize],
    ['Rufer embedded', aCount, aSize],
    ['Rufer embedded to bare ws relay', aRatio, aRatioOrNothing],
  ])
  expect(rowsOf('Rufer embedded: conversation.list')).toEqual([
    ['100 conversations', aTime, aTime],
    ['very many', aTime, aTime],
    ['very many to 100 conversations', aRatio, aRatio],
  ])
  expect(rowsOf('Rufer embedded: pages of 50')).toEqual([
    ['1,000 messages', aTime, aTime],
    ['very many', aTime, aTime],
    ['very many to 1,000 messages', aRatio, aRatio],
  ])
  expect(rowsOf('From the start')).toEqual([
    ['bare ws relay', aTime],
    ['Rufer embedded, nothing stored', aTime],
    ['Rufer embedded, the long history stored', aTime],
    ['Rufer embedded, nothing stored to bare ws relay', aRatio],
    ['Rufer embedded, the long history stored to Rufer embedded, nothing stored', aRatio],
  ])
})
