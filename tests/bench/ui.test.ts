// The benchmark of the chat page runs to its end and prints every figure. What they are is not for a test to judge.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const SCRIPT = join(import.meta.dirname, '../../bench/ui/ui.ts')

test('it measures each part of the page, and prints it beside its goal', async () => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [SCRIPT, '--small'])
  expect(stderr).toBe('')
  const lines = stdout.trimEnd().split('\n')
  const figure = /^(\S.*?) +(\d+(?:\.\d+)?)(x| px| KiB)? +goal (\d+(?:\.\d+)?)\3 +(?:met|MISSED)$/
  expect(lines.filter((line) => !figure.test(line))).toEqual([])
  const names = lines.map((line) => figure.exec(line)?.[1]?.replaceAll(/\d+/g, 'N'))
  expect(names).toEqual([
    'first load, JavaScript, gzip',
    'first load, CSS, gzip',
    'first load, other origins asked',
    'click to first row, N messages to N',
    'pages asked for meanwhile',
    'receipts sent meanwhile',
    'load to first row, N conversations to N',
    'N pages up, the most that the row in view moved',
    'the most rows meanwhile',
    'heap after them to before',
    'N messages/s at the end, distance from it',
    'pN frame meanwhile to idle',
    'announcements a second',
    'N messages/s further up, the row in view moved',
    'key to paint, N rows to none',
    'resized at the end, distance from the end',
    'resized further up, the row in view moved',
    'rows mounted of a list of N, at most',
    'heap after N switches to before',
    'errors that the pages told of',
  ])
})

test('an unknown part ends non-zero and says what there is', async () => {
  const run = promisify(execFile)(process.execPath, [SCRIPT, '--only', 'colours'])
  await expect(run).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('first-load, opening') })
})
