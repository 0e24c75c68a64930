// The budget of the first load, on the production build: it is kept, and more than that would be noticed.
import { expect, test } from 'vitest'
import { runScript } from '#rufer/tests/helpers/scripts.ts'

test('the first load keeps to 110 KiB of JavaScript and 15 of CSS, gzipped, and asks no other origin', async () => {
  const { code, stdout, stderr } = await size()
  expect(stderr).toBe('')
  expect(stdout.split('\n')).toEqual([
    expect.stringMatching(/^first load, js: \d+\.\d KiB gzip, within the 110$/),
    expect.stringMatching(/^first load, css: \d+\.\d KiB gzip, within the 15$/),
    expect.stringMatching(/^fetched ahead, once idle: \d+\.\d KiB gzip$/),
    'other origins asked: none',
    '',
  ])
  expect(code).toBe(0)
})

test.each(['js', 'css'])('more %s than its budget fails', async (kind) => {
  const { code, stdout } = await size(`--${kind}`, '1')
  expect(stdout).toMatch(new RegExp(`^first load, ${kind}: .* above the 1$`, 'm'))
  expect(code).toBe(1)
})

function size(...args: string[]) {
  const { CHROMIUM_PATH } = process.env
  return runScript('size.ts', args, CHROMIUM_PATH === undefined ? {} : { CHROMIUM_PATH })
}
