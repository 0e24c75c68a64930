// What the benchmark is asked for: how much of what, and what it refuses.
import { expect, test } from 'vitest'
import { FULL, QUICK } from '#rufer/bench/extent.ts'
import { readOptions } from '#rufer/bench/options.ts'

const options = (words: string) => readOptions(['closed', 'rows'], words.split(' ').filter(Boolean))

test('everything is measured unless told otherwise', () => {
  const everything = { plan: 'bench', build: true, extent: FULL, only: ['closed', 'rows'], write: false }
  expect(options('')).toMatchObject(everything)
  expect(options('--write --no-build')).toMatchObject({ ...everything, build: false, write: true })
})

test('a part is measured in the order of the whole', () => {
  const part = { only: ['closed', 'rows'], sides: ['ws', 'embedded'] }
  expect(options('--only rows,closed --sides embedded,ws')).toMatchObject(part)
})

test('a quick run measures less, and as much as is asked for', () => {
  expect(options('--quick')).toMatchObject({ extent: QUICK, quick: true })
  expect(options('--quick --pairs 4 --seconds 0.5')).toMatchObject({
    extent: { ...QUICK, pairs: 4, seconds: 0.5 },
  })
})

const named = (words: string[]) => readOptions(['closed', 'list'], words)

test('a quick run leaves out what no aim is about, unless it is asked for', () => {
  expect(named(['--quick'])).toMatchObject({ only: ['closed'] })
  expect(named(['--quick', '--only', 'list'])).toMatchObject({ only: ['list'] })
  expect(named([])).toMatchObject({ only: ['closed', 'list'] })
})

test('the figures of scaling have an extent of their own', () => {
  const extent = { events: 30_000, messages: 7, connections: 5_000 }
  expect(options('--scaling --messages 7')).toEqual({ plan: 'scaling', build: true, extent })
})

test.each([
  '--rounds 0',
  '--seconds x',
  '--seconds 0',
  '--pairs 1.5',
  '--fast',
  '--only speed',
  '--sides oracle',
  '--events 5',
  '--scaling --pairs 4',
  '--write --quick',
  '--write --only rows',
])('%s is refused', (words) => {
  expect(() => options(words)).toThrow(/usage: |Unknown option|unable to /)
})
