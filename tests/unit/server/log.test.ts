// The log: what is written of an error, and what that carries is not.
import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

/** What a logger of its own process writes of an error that is made there. */
function written(making: string): Record<string, unknown> {
  const code = `
    import { createLog } from '#rufer/server/log.ts'
    createLog('debug').warn({ err: ${making} }, 'unable to do it')`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  return JSON.parse(stdout)
}

test('an error is written with its kind, its words, its code and where it came from', () => {
  const { level, msg, err } = written(
    `Object.assign(new TypeError('too much', { cause: new Error('disk full') }), { code: 'ENOSPC' })`,
  )
  expect({ level, msg }).toEqual({ level: 'warn', msg: 'unable to do it' })
  expect(err).toEqual({
    type: 'TypeError',
    message: 'too much: disk full',
    stack: expect.stringContaining('caused by: Error: disk full'),
    code: 'ENOSPC',
  })
})

test('what else hangs on an error is not, as what a driver was to write', () => {
  const { err } = written(
    `Object.assign(new Error('E11000'), { writeErrors: [{ op: { text: 'private' } }], keyValue: { text: 'private' } })`,
  )
  expect(JSON.stringify(err)).not.toContain('private')
  expect(written(`{ text: 'private' }`)['err']).toEqual({ message: 'what was thrown is no error' })
})
