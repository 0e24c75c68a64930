// The package rufer-client: small, without dependencies, found by every resolver, and typed as the protocol is.
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { publint } from 'publint'
import { expect, test } from 'vitest'
import { hasCommand, installClient, PACKAGE } from '#rufer/tests/helpers/examples.ts'

const ROOT = join(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(join(PACKAGE, file), 'utf8')

test('is 12 KiB at most, gzipped, and needs nothing', () => {
  const code = read('index.js')
  expect(gzipSync(code).length).toBeLessThanOrEqual(12 * 1024)
  expect(code).not.toMatch(/\bimport\s*[({"'*]|\brequire\(|from\s*["']|\bzod\b|\bvue\b/)
  expect(JSON.parse(read('package.json'))).not.toHaveProperty('dependencies')
})

test('publint finds nothing wrong', async () => {
  const { messages } = await publint({ pkgDir: PACKAGE, strict: true })
  expect(messages).toEqual([])
})

test('are-the-types-wrong finds nothing wrong, for an ES module', () => {
  const { status, stdout } = spawnSync('attw', ['--pack', PACKAGE, '--profile', 'esm-only'], {
    encoding: 'utf8',
  })
  // with what it prints, so that a failure says why
  expect([status, stdout]).toEqual([0, expect.stringContaining('🟢 (ESM)')])
})

test('its README names every method of the client', () => {
  const methods = [...read('chat-client.d.ts').matchAll(/^ {4}(\w+)\(/gm)].map(([, name = '']) => name)
  const forDebugging = ['constructor', 'dropConnection', 'loseNextReply', 'ping']
  const elsewhere = ['getConversation', 'getUser']
  const told = methods.filter((name) => ![...forDebugging, ...elsewhere].includes(name) && name !== 'on')
  expect(told.length).toBeGreaterThan(15)
  expect(told.filter((name) => !read('README.md').includes(`${name}(`))).toEqual([])
})

test('its types are those of the protocol, either way, and hold what is written with them', () => {
  const folder = installClient()
  writeFileSync(join(folder, 'use.ts'), USE)
  const flags = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--allowImportingTsExtensions']
  const modules = ['--module', 'esnext', '--moduleResolution', 'bundler', '--target', 'esnext']
  const types = [
    '--skipLibCheck',
    'false',
    '--typeRoots',
    join(ROOT, 'node_modules/@types'),
    '--types',
    'node',
  ]
  const { stdout } = spawnSync(
    join(ROOT, 'node_modules/.bin/tsc'),
    [...flags, ...modules, ...types, 'use.ts'],
    {
      cwd: folder,
      encoding: 'utf8',
    },
  )
  expect(stdout.split('\n').filter((line) => !line.includes('node_modules/@types/'))).toEqual([''])
})

test.each([
  ['node', process.execPath, ['use.mjs']],
  ['deno', 'deno', ['run', 'use.mjs']],
  ['bun', 'bun', ['use.mjs']],
])('loads in %s', (name, command, args) => {
  if (!hasCommand(command)) {
    process.stdout.write(`skipped: there is no ${name} here\n`)
    return
  }
  const folder = installClient()
  writeFileSync(join(folder, 'use.mjs'), LOAD)
  expect(execFileSync(command, args, { cwd: folder, encoding: 'utf8' })).toBe('offline\n')
})

// --- Internal helpers ---

const LOAD = `import { ChatClient, RequestError } from 'rufer-client'
const chat = new ChatClient({ url: 'ws://127.0.0.1:1/ws', getToken: async () => { throw new RequestError('internal', { message: 'none', retryable: true }) } })
chat.on('status', ({ state }) => { if (state === 'offline') { chat.close(); console.log(state) } })
chat.connect()
`

const USE = `import { ChatClient, type ChatEvent, type Conversation, type Message, type Receipt, type Result } from 'rufer-client'
import type { Conversation as OwnConversation } from '${ROOT}/shared/model/conversation.ts'
import type { Message as OwnMessage } from '${ROOT}/shared/model/message.ts'
import type { Receipt as OwnReceipt } from '${ROOT}/shared/model/receipt.ts'
import type { ChatEvent as OwnEvent } from '${ROOT}/shared/protocol/events.ts'
import type { Result as OwnResult } from '${ROOT}/shared/protocol/methods.ts'

type Same<A, B> = [A, B] extends [B, A] ? true : false
export const same: [
  Same<Conversation, OwnConversation>,
  Same<Message, OwnMessage>,
  Same<Receipt, OwnReceipt>,
  Same<ChatEvent, OwnEvent>,
  Same<Result<'conversation.sync'>, OwnResult<'conversation.sync'>>,
] = [true, true, true, true, true]

export async function use(chat: ChatClient): Promise<number> {
  chat.on('message.created', ({ message }) => message.text.length)
  const status = chat.status
  if (status.state === 'offline') return status.waitMs
  // @ts-expect-error there is no such event
  chat.on('message.exploded', () => {})
  // @ts-expect-error a limit is a number
  await chat.listMessages({ conversationId: 'x', limit: '5' })
  const sent: Message = await chat.sendMessage({ userId: 'bob', text: 'hello' })
  return sent.seq
}
`
