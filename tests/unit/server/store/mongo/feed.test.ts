// The change feed against streams that do what a test says: what it gives, where it goes on, and when it gives up.
import mongoose from 'mongoose'
import { expect, test } from 'vitest'
import { readChanges } from '#rufer/server/store/mongo/feed.ts'
import { createPlace } from '#rufer/server/store/mongo/place.ts'
import { StoreError, type Change } from '#rufer/server/store/port.ts'
import {
  cut,
  FRESH,
  resumable,
  scriptStreams,
  serverError,
  timeOf,
  type Step,
} from '#rufer/tests/helpers/scripted-streams.ts'

const { Timestamp } = mongoose.mongo

/** Reads streams that take one script each. */
function scripted(...scripts: Step[][]) {
  const { streams, starts, closed } = scriptStreams(...scripts)
  const place = createPlace(new Timestamp({ t: 100, i: 7 }))
  const abort = new AbortController()
  const changes = readChanges(streams, place, abort.signal)
  return {
    starts,
    place,
    abort: () => abort.abort(),
    closed,
    next: () => changes.next(),
    take: async (count: number) => {
      const taken: string[] = []
      while (taken.length < count)
        taken.push(((await changes.next()).value as Change | undefined)?.conversationId ?? 'the end')
      return taken
    },
  }
}

test('it begins right after where the process stands', async () => {
  const { starts, take } = scripted([1, 2])
  expect(await take(2)).toEqual(['1', '2'])
  expect(starts).toEqual([{ startAtOperationTime: new Timestamp({ t: 100, i: 8 }) }])
})

test.each([
  ['a cut connection', cut],
  ['an error that the server says can be resumed from', resumable],
])('after %s it goes on behind the last change', async (_, error) => {
  const { starts, take, closed } = scripted([1, 2, error()], [error()], [error()], [3])
  expect(await take(3)).toEqual(['1', '2', '3'])
  expect(starts.slice(1)).toEqual(Array.from({ length: 3 }, () => ({ resumeAfter: 'after 2' })))
  expect(closed()).toBe(3)
})

test('what a stream gives again is given once', async () => {
  const { take, starts } = scripted([1, 2, cut()], [1, 2, 3, cut()], [3, 4])
  expect(await take(4)).toEqual(['1', '2', '3', '4'])
  expect(starts.slice(1)).toEqual([{ resumeAfter: 'after 2' }, { resumeAfter: 'after 3' }])
})

test('the place is where the last one given was stored, for whoever begins there next', async () => {
  const { take, place } = scripted([1, 2, 'pulse'])
  await take(2)
  expect(place.current()).toEqual(timeOf(2))
})

test('cut before its first change it begins again where it began', async () => {
  const { starts, take } = scripted([cut()], [1])
  expect(await take(1)).toEqual(['1'])
  expect(starts[1]).toEqual(starts[0])
})

test.each([
  ['an oplog that has rolled over', serverError(136)],
  ['a token older than the oplog', serverError(286)],
  ['a token nobody knows', serverError(280)],
  ['an error of our own', new TypeError('nonsense')],
  ['an end without a word, as after invalidate', 'end' as const],
])('%s ends it with an error, and the next watch begins afresh', async (_, step) => {
  const { next, place, starts } = scripted([1, step])
  expect(await next()).toMatchObject({ value: { conversationId: '1' } })
  await expect(next()).rejects.toThrow(new StoreError('store-unavailable'))
  expect(await next()).toEqual({ done: true, value: undefined })
  expect(place.current()).toEqual(FRESH)
  expect(starts).toHaveLength(1)
})

test('what fails when it is taken up again ends it, too', async () => {
  const { next } = scripted([1, resumable()], [serverError(286)])
  await next()
  await expect(next()).rejects.toThrow(StoreError)
})

test('the signal ends it while it waits for events', async () => {
  const { next, abort, closed } = scripted([1, 'wait'])
  await next()
  const waiting = next()
  abort()
  expect(await waiting).toEqual({ done: true, value: undefined })
  expect(closed()).toBeGreaterThan(0)
})

test('the signal ends it while it waits to be taken up again', async () => {
  const cuts = Array.from({ length: 8 }, () => [cut()])
  const { next, abort, starts } = scripted(...cuts)
  const waiting = next()
  await expect.poll(() => starts.length).toBeGreaterThan(1)
  abort()
  expect(await waiting).toEqual({ done: true, value: undefined })
})
