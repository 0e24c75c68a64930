// The stores that the benchmark reads from keep the rules of the data: figures of broken data would be nobody's.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fillConversations, fillHistory, READER } from '#rufer/bench/store/fill.ts'
import type { ChatStore } from '#rufer/server/store/port.ts'
import { checkFile } from '#rufer/server/store/sqlite/check.ts'
import { DATABASE } from '#rufer/server/store/sqlite/files.ts'
import { openSqliteStore } from '#rufer/server/store/sqlite/open.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'rufer-fill-'))
})
afterEach(() => rmSync(dataDir, { recursive: true }))

const faults = () =>
  [...checkFile(join(dataDir, DATABASE))].flatMap((finding) =>
    finding.faults.map((fault) => `${finding.name}: ${fault}`),
  )

async function inStore<Result>(read: (store: ChatStore) => Promise<Result>): Promise<Result> {
  const store = await openSqliteStore({ dataDir, sqliteSync: 'normal' })
  try {
    return await read(store)
  } finally {
    await store.close()
  }
}

test.each([7, 10, 95, 100, 111])('a history of %i messages keeps the rules', async (count) => {
  const { conversationId, rev } = fillHistory(dataDir, count)
  expect(faults()).toEqual([])
  expect(rev).toBe(count + Math.floor(count / 10))
  const { messages } = await inStore((store) => store.listMessages({ conversationId, limit: 200 }))
  expect(messages.map(({ seq }) => seq)).toEqual(Array.from({ length: count }, (_, index) => index + 1))
  // what the other one read says so
  expect(messages.filter(({ readAt }) => readAt !== null)).toHaveLength(Math.floor(count / 10) * 10)
})

test('very many conversations keep the rules, the latest first', async () => {
  fillConversations(dataDir, 30)
  expect(faults()).toEqual([])
  const { conversations } = await inStore((store) => store.listConversations({ userId: READER, limit: 100 }))
  expect(conversations).toHaveLength(30)
  expect(conversations[0]?.lastMessage?.senderId).toBe('peer-30')
})
