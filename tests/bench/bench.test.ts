// The benchmark runs to its end and prints figures for each scenario. What they are is not for a test to judge.
import { expect, test } from 'vitest'
import { bench, runIn } from '#rufer/tests/helpers/bench.ts'
import { hasMongod } from '#rufer/tests/helpers/mongod.ts'

const isPossible = await hasMongod()

const SMALL = ['--seconds', '1', '--rounds', '1', '--pairs', '4']

test('the benchmark measures the embedded engine beside both relays, and judges its aims', async () => {
  const only = ['--only', 'closed,open-1000,rows', '--sides', 'ws,socket-io,embedded']
  const { code, stdout, stderr } = await bench(...SMALL, ...only)
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(stderr).toMatch(/^round 1 of 1: rows$/m)

  const figures = [
    ...stdout.matchAll(/^ {2}(Rufer embedded|bare \S+ relay) +([\d,]+)((?: +[\d.]+ ms){4}) +(\S+)/gm),
  ]
  const servers = ['bare ws relay', 'bare Socket.IO relay', 'Rufer embedded']
  expect(figures.map(([, side]) => side)).toEqual([...servers, ...servers])
  for (const [, , perSecond, latencies] of figures) {
    expect(perSecond).not.toBe('0')
    expect(latencies).not.toContain(' 0.00 ms')
  }
  expect(stdout.match(/^ {2}Rufer embedded to bare .* relay(?: +[\d.]+x){5}$/gm)).toHaveLength(2)
  // in the open loop also how late the load was
  expect(stdout).toContain('load late p99')
  expect(stdout.match(/^ {2}Rufer embedded to bare .* relay(?: +[\d.]+x){6}$/gm)).toHaveLength(2)
  expect(
    stdout.match(/^ {2}(?:a row a transaction, .*|1,000 rows\/s, .*)(?: +[\d.]+ ms){2}$/gm),
  ).toHaveLength(2)
  expect(stdout.match(/^ {2}\S.* at (?:least|most) .* (?:holds|missed)$/gm)).toHaveLength(4)
  expect(stdout).not.toContain('NaN')
})

test.skipIf(!isPossible)(
  'the benchmark measures one process on MongoDB and two beside what a mongod does alone',
  async () => {
    const only = ['--only', 'closed,open-200,transactions,write', '--sides', 'mongo-1,mongo-2']
    const { code, stdout, stderr } = await bench(...SMALL, ...only)
    expect({ code, stderr }).toMatchObject({ code: 0 })

    const figures = [
      ...stdout.matchAll(/^ {2}Rufer on MongoDB, (\d) process(?:es)? +([\d,]+)(?: +[\d.]+ ms){4}/gm),
    ]
    expect(figures.map(([, processes]) => processes)).toEqual(['1', '2', '1', '2'])
    for (const [, , perSecond] of figures) expect(perSecond).not.toBe('0')
    expect(stdout).toMatch(/^ {2}mongod +[1-9][\d,]* +[1-4](?: +[\d.]+ ms){2}/m)
    expect(stdout).toMatch(/^ {2}store(?: +[\d.]+ ms){4}/m)
    expect(stdout.match(/^ {2}\S.* at (?:least|most) .* (?:holds|missed)$/gm)).toHaveLength(5)
    expect(stdout).not.toContain('NaN')
  },
)

test('without a mongod what needs one is named as skipped, and the rest is measured', async () => {
  const { code, stdout } = await bench(...SMALL, '--only', 'rows,write', '--sides', 'ws,mongo-2', {
    MONGOD_BINARY: '/nowhere/mongod',
  })
  expect(code).toBe(0)
  expect(stdout).toMatch(/^ {2}a row a transaction/m)
  expect(stdout).toMatch(/^skipped: Rufer on MongoDB, 2 processes: unable to find a mongod/m)
  expect(stdout).toMatch(/^skipped: One write at a time.*: unable to find a mongod/m)
})

test('a quick run tells its aims beside the recorded ones', async () => {
  const { code, stdout, stderr } = await bench(
    '--quick',
    ...SMALL,
    '--only',
    'closed',
    '--sides',
    'ws,embedded',
  )
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(stdout).toMatch(/^Beside what was recorded on \d{4}-\d\d-\d\d$/m)
  expect(stdout).not.toMatch(/ (?:holds|missed)$/m)
  expect(stdout).toMatch(/relay +at least 0\.50x +[\d.]+x \(.*\) +(?:[\d.]+x \(.*\)|none)$/m)
})

test.skipIf(!isPossible)('the figures of scaling are all measured', async () => {
  const extent = ['--events', '300', '--messages', '200', '--connections', '20']
  const { code, stdout, stderr } = await bench('--scaling', ...extent)
  expect(stderr).toBe('events\nmessages\nconnections\n')
  expect(code).toBe(0)

  expect(stdout).toMatch(/^ {2}for users who are elsewhere +[1-9][\d,]* .*$/m)
  expect(stdout).toMatch(/^ {2}told to two connections here +[1-9][\d,]* .*$/m)
  expect(stdout.match(/^ {2}(?:message|receipt).*(?: +[1-9][\d,]*){4}$/gm)).toHaveLength(2)
  // SQLite has no index of changes beside their table
  expect(stdout.match(/^ {2}its change.*(?: +[1-9][\d,]*){3} +0$/gm)).toHaveLength(2)
  expect(stdout.match(/^ {2}(?:Rufer on MongoDB|bare relay) .* [\d,]+$/gm)).toHaveLength(2)
  expect(stdout).toMatch(/^connections of the process to mongod: \d+ at rest, \d+ after them$/m)
  expect(stdout).not.toContain('NaN')
})

test('the benchmark refuses what it cannot measure', async () => {
  const { code, stdout, stderr } = await bench('--only', 'speed')
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/^unable to measure speed; there are closed, /)
})

test('the disturbance of well-behaved pairs is measured and judged', async () => {
  const args = ['--rounds', '1', '--onset', '0.5', '--seconds', '3', '--pairs', '4']
  const { code, stdout, stderr } = await runIn('disturbance/disturbance.ts', ...args)
  expect(stderr).toBe('round 1 of 1\n')
  expect(code).toBe(0)
  expect(stdout.match(/^ {2}(?:alone|silent ones|floods|both)(?: +[\d.]+ ms){5}/gm)).toHaveLength(4)
  expect(stdout.match(/^ {2}beside .*, p99 of .*: [\d.]+x, .*: (?:holds|missed)$/gm)).toHaveLength(6)
  expect(stdout).toMatch(/flooded \(4429\): [1-9]/)
})

test('the benchmark of exports tells what a large one takes of memory', async () => {
  const { code, stdout } = await runIn('export/export.ts', '--messages', '5000')
  expect(stdout).toMatch(
    /^5,103 lines in [\d.]+ s .*\nresident memory: .*\ngrowth after the first tenth: .*\n$/,
  )
  expect(code).toBe(0)
})
