// The check of a file: every rule, broken once, is told with the conversation in which it is.
import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { openStore } from '#rufer/server/store/open.ts'
import { checkFile } from '#rufer/server/store/sqlite/check.ts'
import { makeFolder, openDirect } from './harness.ts'

/** A file with a little of everything: three messages, two receipts, a change for each. */
async function makeFile() {
  const dataDir = await makeFolder()
  const store = await openStore({ dataDir, sqliteSync: 'normal' })
  const conversationId = await openDirect(store)
  const send = (senderId: string, second: number) =>
    store.appendMessage({
      id: randomUUID(),
      senderId,
      target: { conversationId },
      text: 'hello',
      at: at(second),
    })
  await send('alice', 1)
  await store.moveReceipt({ conversationId, userId: 'bob', deliveredSeq: 1, at: at(2) })
  await store.moveReceipt({ conversationId, userId: 'bob', readSeq: 1, at: at(3) })
  await send('bob', 4)
  await send('alice', 5)
  await store.close()
  return { path: join(dataDir, 'rufer.db'), conversationId }
}

const at = (second: number) => `2026-01-01T00:00:0${second}.000Z`

/** Changes the file as no server would. */
function breakFile(path: string, sql: string) {
  const database = new DatabaseSync(path, { enableForeignKeyConstraints: false })
  database.exec(sql)
  database.close()
}

const faultsOf = (path: string) =>
  checkFile(path)
    .filter(({ faults }) => faults.length > 0)
    .toArray()

test('a file that a server wrote keeps every rule', async () => {
  const { path } = await makeFile()
  expect(faultsOf(path)).toEqual([])
  expect(checkFile(path).toArray().length).toBeGreaterThan(10)
})

test.each([
  ['seq has no holes', 'DELETE FROM messages WHERE seq = 2', 'is at seq 3 and has 2 messages up to 3'],
  ['seq has no holes', 'UPDATE conversations SET seq = 4', 'is at seq 4 and has 3 messages up to 3'],
  ['seq has no holes', 'UPDATE messages SET seq = 9 WHERE seq = 3', 'is at seq 3 and has 3 messages up to 9'],
  ['rev has no holes', 'DELETE FROM receipts WHERE rev = 2', 'is at rev 5 and has 4 changes up to 5'],
  ['rev has no holes', 'UPDATE receipts SET rev = 4 WHERE rev = 3', 'is at rev 5 and has 4 changes up to 5'],
  ['rev has no holes', 'UPDATE conversations SET rev = 6', 'is at rev 6 and has 5 changes up to 5'],
  [
    'markers are within bounds: 0 <= read <= delivered <= seq',
    "UPDATE members SET read_seq = 4, delivered_seq = 4 WHERE user_id = 'bob'",
    'bob is at read 4, delivered 4 of 3',
  ],
  [
    'markers are within bounds: 0 <= read <= delivered <= seq',
    "UPDATE members SET delivered_seq = 1 WHERE user_id = 'bob'",
    'bob is at read 2, delivered 1 of 3',
  ],
  [
    'markers are within bounds: 0 <= read <= delivered <= seq',
    "UPDATE members SET read_at = NULL WHERE user_id = 'bob'",
    'bob is at read 2, delivered 2 of 3',
  ],
  [
    'markers are where receipts and own messages moved them',
    "UPDATE members SET read_seq = 1 WHERE user_id = 'bob'",
    'bob is at read 1, delivered 2, and was moved to 2, 2',
  ],
  [
    'receipts only moved forward',
    'UPDATE receipts SET delivered_seq = 0 WHERE rev = 3',
    'receipt 3 of bob moved back',
  ],
  [
    'the seq at a receipt or an update is that of the messages before it',
    'UPDATE receipts SET seq = 2 WHERE rev = 3',
    'receipt 3 tells seq 2, and 1 messages are before it',
  ],
  [
    'unread counts equal a full count',
    "UPDATE members SET read_seq = 0 WHERE user_id = 'bob'",
    'bob is told 3 unread, counted are 2',
  ],
  [
    'every sender and every reader is a member',
    "INSERT INTO users (user_id, display_name) VALUES ('eve', 'Eve'); UPDATE messages SET sender_id = 'eve' WHERE seq = 3",
    'message 3 is by eve, who is no member',
  ],
  [
    'every sender and every reader is a member',
    "INSERT INTO users (user_id, display_name) VALUES ('eve', 'Eve'); UPDATE receipts SET user_id = 'eve' WHERE rev = 3",
    'receipt 3 is by eve, who is no member',
  ],
  ['every conversation has two members', "DELETE FROM members WHERE user_id = 'bob'", 'has 1 members'],
  [
    'messages are in the order of their instants, and the list tells of the last',
    `UPDATE messages SET created_at = '${at(0)}' WHERE seq = 2`,
    'message 2 is older than the one before it',
  ],
  [
    'messages are in the order of their instants, and the list tells of the last',
    `UPDATE members SET updated_at = '${at(9)}'`,
    'is listed at another instant than its last message',
  ],
  [
    'changes tell of what exists, and only to members',
    "UPDATE changes SET payload = json_set(payload, '$.message.seq', 9) WHERE id = 2",
    'change 2 (message.created) tells of what is not there, or to somebody else',
  ],
  [
    'changes tell of what exists, and only to members',
    "UPDATE changes SET payload = json_set(payload, '$.receipt.rev', 9) WHERE id = 3",
    'change 3 (receipt.updated) tells of what is not there, or to somebody else',
  ],
  [
    'changes tell of what exists, and only to members',
    "UPDATE changes SET payload = json_set(payload, '$.conversation.rev', 9) WHERE id = 1",
    'change 1 (conversation.updated) tells of what is not there, or to somebody else',
  ],
  [
    'changes tell of what exists, and only to members',
    `UPDATE changes SET payload = json_set(payload, '$.recipients[1]', 'eve') WHERE id = 2`,
    'change 2 (message.created) tells of what is not there, or to somebody else',
  ],
])('%s: %s', async (name, sql, fault) => {
  const { path, conversationId } = await makeFile()
  breakFile(path, sql)
  const found = faultsOf(path).find((finding) => finding.name === name)
  expect(found?.faults).toContain(`${conversationId} ${fault}`)
})

/** The same, of whose users one was erased. */
async function makeErasedFile() {
  const { path, conversationId } = await makeFile()
  const store = await openStore({ dataDir: dirname(path), sqliteSync: 'normal' })
  await store.duties.beginErasure('alice', at(6))
  while (!(await store.duties.eraseSome('alice', at(6))).isDone) continue
  await store.close()
  return { path, conversationId }
}

test('a file of which a user was erased keeps every rule', async () => {
  const { path } = await makeErasedFile()
  expect(faultsOf(path)).toEqual([])
})

test.each([
  [
    'what was deleted has no text, and was told',
    "UPDATE messages SET text = 'back' WHERE seq = 1",
    'message 1 was deleted, and has a text or no update',
  ],
  [
    'whose erasure is done has left no text',
    "UPDATE messages SET text = 'back' WHERE seq = 3",
    'message 3 of alice has a text',
  ],
  [
    'the seq at a receipt or an update is that of the messages before it',
    'UPDATE messages SET updated_seq = 2 WHERE seq = 1',
    'update 6 tells seq 2, and 3 messages are before it',
  ],
  [
    'rev has no holes',
    'UPDATE messages SET updated_rev = 9 WHERE seq = 1',
    'is at rev 7 and has 7 changes up to 9',
  ],
  [
    'changes tell of what exists, and only to members',
    "UPDATE changes SET payload = json_set(payload, '$.message.rev', 9) WHERE id = 8",
    'change 8 (message.updated) tells of what is not there, or to somebody else',
  ],
])('%s: %s', async (name, sql, fault) => {
  const { path, conversationId } = await makeErasedFile()
  breakFile(path, sql)
  const found = faultsOf(path).find((finding) => finding.name === name)
  expect(found?.faults).toContain(`${conversationId} ${fault}`)
})

test('a reference that leads nowhere is told with its table', async () => {
  const { path } = await makeFile()
  breakFile(path, "DELETE FROM users WHERE user_id = 'bob'")
  const found = faultsOf(path).find(({ name }) => name === 'references lead to what exists')
  expect(found?.faults).toContain('table members refers to users that are not there')
})

test('of many faults of a kind some are told, and that there are more', async () => {
  const { path, conversationId } = await makeFile()
  breakFile(path, `UPDATE changes SET payload = json_set(payload, '$.kind', 'other')`)
  const [found] = faultsOf(path)
  expect(found?.faults).toHaveLength(6)
  expect(found?.faults[0]).toContain(conversationId)
  expect(found?.faults.at(-1)).toBe('and more of them')
})

test('what can no longer be read is told, not thrown', async () => {
  const { path } = await makeFile()
  breakFile(path, `UPDATE changes SET payload = 'no JSON'`)
  expect(faultsOf(path)).toMatchObject([{ faults: [expect.stringMatching(/^cannot be read \(.+\)$/)] }])
})

test('a file that is no store is refused', async () => {
  const path = join(await makeFolder(), 'other')
  expect(() => checkFile(path).toArray()).toThrow(`there is no file ${path}`)
  await writeFile(path, '')
  expect(() => checkFile(path).toArray()).toThrow('it holds no store of Rufer')
})
