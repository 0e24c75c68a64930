// The benchmark runs to its end and prints figures for each scenario. What they are is not for a test to judge.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { hasMongod } from '#rufer/tests/helpers/mongod.ts'

const isPossible = await hasMongod()

/** Runs the benchmark on the build that is there. */
const bench = (...args: string[]) => run('bench.ts', '--no-build', ...args)

function run(script: string, ...args: string[]) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(
      process.execPath,
      [join(import.meta.dirname, '../../bench', script), ...args],
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    )
  })
}

test('the benchmark measures both servers in both scenarios and judges the floors', async () => {
  const { code, stdout, stderr } = await bench('--seconds', '0.3', '--rounds', '1', '--pairs', '4')
  expect(stderr).toBe('round 1 of 1\n')
  expect(code).toBe(0)

  const figures = [...stdout.matchAll(/^ {2}(Rufer|bare relay) +([\d,]+)((?: +[\d.]+ ms){4}) +(\S+)/gm)]
  expect(figures.map(([, side]) => side)).toEqual(['Rufer', 'bare relay', 'Rufer', 'bare relay'])
  for (const [, , perSecond, latencies] of figures) {
    expect(perSecond).not.toBe('0')
    expect(latencies).not.toContain(' 0.00 ms')
  }
  expect(stdout.match(/^ {2}ratio(?: +[\d.]+x){5}$/gm)).toHaveLength(2)
  expect(stdout).toMatch(/^one committed row .*p99 [\d.]+ ms$/m)
  expect(stdout.match(/^ {2}(?:closed|open) loop, .*: (?:holds|missed)$/gm)).toHaveLength(3)
})

test.skipIf(!isPossible)(
  'the benchmark of MongoDB measures one process and two beside all that they are held against',
  async () => {
    const extent = ['--seconds', '0.3', '--rounds', '1', '--pairs', '4']
    const { code, stdout, stderr } = await bench('--engine', 'mongo', ...extent)
    expect(stderr).toBe('round 1 of 1\n')
    expect(code).toBe(0)

    const figures = [
      ...stdout.matchAll(/^ {2}(\S.*?) +([\d,]+)((?: +[\d.]+ ms){4})((?: +\d+ %| +n\/a){3})$/gm),
    ]
    const servers = ['bare relay', 'embedded', 'MongoDB, 1 process', 'MongoDB, 2 processes']
    expect(figures.map(([, side]) => side)).toEqual([...servers, ...servers, ...servers])
    for (const [, , perSecond] of figures) expect(perSecond).not.toBe('0')
    expect(stdout.match(/^ {2}\S.* to \S+(?: +[\d.]+x){5}$/gm)).toHaveLength(9)
    expect(stdout).toMatch(
      /^bare transactions of [1-4] messages each, .*: [1-9][\d,]* messages\/s, a transaction p50 /m,
    )
    expect(stdout).toMatch(
      /^from one process to the other at 200\/s: delivered after the commit p50 -?[\d.]+ ms, /m,
    )
    expect(stdout).toMatch(/^one write at a time, .*; its event after p50 [\d.]+ ms, p99 [\d.]+ ms$/m)
    expect(stdout.match(/^ {2}.* measured -?[\d.]+.*: (?:holds|missed)$/gm)).toHaveLength(5)
    expect(stdout).not.toContain('NaN')
  },
)

test.skipIf(!isPossible)('the figures of scaling are all measured', async () => {
  const extent = ['--events', '300', '--messages', '200', '--connections', '20']
  const { code, stdout, stderr } = await bench('--scaling', ...extent)
  expect(stderr).toBe('events\nmessages\nconnections\n')
  expect(code).toBe(0)

  expect(stdout).toMatch(/^ {2}for users who are elsewhere +[1-9][\d,]* .*$/m)
  expect(stdout).toMatch(/^ {2}told to two connections here +[1-9][\d,]* .*$/m)
  expect(stdout.match(/^ {2}(?:message|its change|receipt).*(?: +[1-9][\d,]*){4}$/gm)).toHaveLength(4)
  expect(stdout.match(/^ {2}(?:Rufer on MongoDB|bare relay) .* [\d,]+$/gm)).toHaveLength(2)
  expect(stdout).toMatch(/^connections of the process to mongod: \d+ at rest, \d+ after them$/m)
  expect(stdout).not.toContain('NaN')
})

test('the benchmark refuses what it cannot measure', async () => {
  const refused = ['--rounds 0', '--seconds x', '--pairs 1.5', '--engine oracle', '--fast']
  for (const args of refused.map((words) => words.split(' '))) {
    const { code, stdout, stderr } = await bench(...args)
    expect({ args, code, stdout }).toEqual({ args, code: 1, stdout: '' })
    expect(stderr).not.toBe('')
  }
})

test('the disturbance of well-behaved pairs is measured and judged', async () => {
  const args = ['--rounds', '1', '--seconds', '2', '--pairs', '4']
  const { code, stdout, stderr } = await run('disturbance/disturbance.ts', ...args)
  expect(stderr).toBe('round 1 of 1\n')
  expect(code).toBe(0)
  expect(stdout.match(/^ {2}(?:alone|disturbed)(?: +[\d.]+ ms){4}/gm)).toHaveLength(2)
  expect(stdout.match(/^ {2}p99 of the (?:reply|delivery): [\d.]+x, .*: (?:holds|missed)$/gm)).toHaveLength(2)
  expect(stdout).toMatch(/flooded \(4429\): [1-9]/)
})

test('the benchmark of exports tells what a large one takes of memory', async () => {
  const { code, stdout } = await run('export/export.ts', '--messages', '5000')
  expect(stdout).toMatch(
    /^5,103 lines in [\d.]+ s .*\nresident memory: .*\ngrowth after the first tenth: .*\n$/,
  )
  expect(code).toBe(0)
})
