// The test projects: each folder of tests/ is one.
import { defineVitestProject } from '@nuxt/test-utils/config'
import { defineConfig } from 'vitest/config'

const node = { environment: 'node' } as const
const onMongo = {
  ...node,
  globalSetup: 'tests/helpers/mongo-setup.ts',
  testTimeout: 30_000,
  hookTimeout: 60_000,
}
const engineTests = 'tests/unit/server/store/mongo/**/*.test.ts'

/** What of the protocol shows from outside, for npm run conformance. */
const OUTSIDE = [
  '{conversation,message,presence,receipt,session,typing,user}.!(*.rate)',
  'frames',
  'http{,-messages,-users}',
  'profile',
  'upgrade',
]

export default defineConfig({
  test: {
    // most tests wait for something most of the time
    maxWorkers: 3,
    projects: [
      { test: { ...node, name: 'unit', include: ['tests/unit/**/*.test.ts'], exclude: [engineTests] } },
      { test: { ...onMongo, name: 'mongo', include: [engineTests] } },
      { test: { ...onMongo, name: 'contract', include: ['tests/contract/**/*.test.ts'] } },
      {
        test: {
          ...node,
          name: 'protocol',
          include: ['tests/protocol/**/*.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          ...onMongo,
          name: 'protocol-mongo',
          include: ['tests/protocol/**/*.test.ts'],
          exclude: ['tests/protocol/*embedded.test.ts'],
          setupFiles: 'tests/helpers/skip-without-mongo.ts',
        },
      },
      {
        test: {
          ...onMongo,
          name: 'cluster',
          include: ['tests/cluster/*.test.ts'],
          setupFiles: 'tests/helpers/skip-without-mongo.ts',
        },
      },
      {
        test: {
          ...node,
          name: 'faults',
          include: ['tests/faults/**/*.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 120_000,
          // each starts up to seven processes, which wait most of the time
          maxWorkers: 2,
        },
      },
      {
        test: {
          ...node,
          name: 'security',
          include: ['tests/security/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          ...node,
          name: 'conformance',
          include: OUTSIDE.map((name) => `tests/protocol/${name}.test.ts`),
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          ...node,
          name: 'examples',
          include: ['tests/examples/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      { test: { ...node, name: 'built', include: ['tests/built/**/*.test.ts'], testTimeout: 180_000 } },
      {
        test: {
          ...node,
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // A page takes its time: words stand for a second at least, and the machine may be busy.
          expect: { poll: { timeout: 10_000 } },
        },
      },
      await defineVitestProject({
        test: {
          name: 'nuxt',
          include: ['tests/nuxt/**/*.test.ts'],
          environment: 'nuxt',
          environmentOptions: { nuxt: { domEnvironment: 'happy-dom' } },
        },
      }),
    ],
  },
})
