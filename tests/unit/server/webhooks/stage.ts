// What the tests of webhooks share: an outbox of the embedded store with some messages of one conversation in it.
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import type { Outbox } from '#rufer/server/store/outbox.ts'
import { openSqliteStore } from '#rufer/server/store/sqlite/open.ts'
import type { WebhookConfig } from '#rufer/server/webhooks/settings.ts'

/** Its ids are in their order. */
export async function fillOutbox(
  messages: number,
): Promise<{ outbox: Outbox; topic: string; ids: string[] }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'rufer-webhooks-'))
  const store = await openSqliteStore({ dataDir, sqliteSync: 'normal', hasWebhooks: true })
  onTestFinished(async () => {
    await store.close()
    await rm(dataDir, { recursive: true })
  })
  const at = new Date().toISOString()
  for (const userId of ['alice', 'bob']) await store.putUser({ userId, displayName: userId }, at)
  for (let count = 0; count < messages; count++)
    await store.appendMessage({
      id: randomUUID(),
      senderId: 'alice',
      target: { userId: 'bob' },
      text: 'hello',
      at,
    })
  const { topics } = await store.outbox.listTopics({ limit: 1 })
  const [topic = ''] = topics
  const events = await store.outbox.listEvents(topic, messages)
  return { outbox: store.outbox, topic, ids: events.map(({ id }) => id) }
}

/** Settings that go to an address of this machine, hardly wait, and give up at the first failure. */
export function toConfig(settings: Partial<WebhookConfig> & { url: string }): WebhookConfig {
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
  return {
    secrets: [secret],
    isPrivateAllowed: true,
    timeoutMs: 60_000,
    retryMs: 1,
    giveUpMs: 0,
    ...settings,
  }
}

/** Lets all that does not wait for anything go on, for some turns of the event loop. */
export async function someTurns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await nextTurn()
}
