// The test projects: each folder of tests/ is one.
import { defineVitestProject } from '@nuxt/test-utils/config'
import { defineConfig } from 'vitest/config'

const node = { environment: 'node' } as const
/** Many files run in one process, one after another, and load what they share once. */
const sharing = { ...node, isolate: false, setupFiles: ['tests/helpers/own-file.ts'] }
/** What is waited for may take its time on a busy machine. */
const patient = { expect: { poll: { timeout: 20_000 } } }
const onMongo = {
  ...sharing,
  ...patient,
  globalSetup: 'tests/helpers/mongo-setup.ts',
  testTimeout: 60_000,
  hookTimeout: 60_000,
}
const skippingWithoutMongo = [...sharing.setupFiles, 'tests/helpers/skip-without-mongo.ts']
/** Once is enough for what is about the embedded engine, or ends before any store is opened. */
const onceOnly = ['*embedded', 'secret-in-bundle', 'wrong-settings'].map(
  (name) => `tests/protocol/${name}.test.ts`,
)
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
    maxWorkers: 4,
    projects: [
      {
        test: {
          ...sharing,
          ...patient,
          name: 'unit',
          include: ['tests/unit/**/*.test.ts'],
          exclude: [engineTests],
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      { test: { ...onMongo, name: 'mongo', include: [engineTests] } },
      {
        test: {
          ...onMongo,
          name: 'contract',
          include: ['tests/contract/**/*.test.ts'],
          setupFiles: [...sharing.setupFiles, 'tests/helpers/skip-mongodb-engine.ts'],
        },
      },
      {
        test: {
          ...sharing,
          ...patient,
          name: 'protocol',
          include: ['tests/protocol/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          ...onMongo,
          name: 'protocol-mongo',
          include: ['tests/protocol/**/*.test.ts'],
          exclude: onceOnly,
          setupFiles: skippingWithoutMongo,
        },
      },
      {
        test: {
          ...onMongo,
          name: 'cluster',
          include: ['tests/cluster/*.test.ts'],
          setupFiles: skippingWithoutMongo,
        },
      },
      {
        test: {
          ...node,
          ...patient,
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
          ...sharing,
          ...patient,
          name: 'security',
          include: ['tests/security/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          ...node,
          ...patient,
          name: 'conformance',
          include: OUTSIDE.map((name) => `tests/protocol/${name}.test.ts`),
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          ...node,
          name: 'examples',
          include: ['tests/examples/**/*.test.ts'],
          testTimeout: 400_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          ...sharing,
          name: 'built',
          include: ['tests/built/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          ...node,
          name: 'bench',
          include: ['tests/bench/**/*.test.ts'],
          testTimeout: 400_000,
        },
      },
      {
        test: {
          ...sharing,
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // A page takes its time: words stand for a second at least, and the machine may be busy.
          expect: { poll: { timeout: 30_000 } },
        },
      },
      await defineVitestProject({
        test: {
          name: 'nuxt',
          include: ['tests/nuxt/**/*.test.ts'],
          environment: 'nuxt',
          environmentOptions: { nuxt: { domEnvironment: 'happy-dom' } },
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      }),
    ],
  },
})
