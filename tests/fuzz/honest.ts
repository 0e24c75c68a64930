// Two honest users who chat all the while, with the client that everybody uses, and what they lost or got twice.
import { get } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { ChatClient } from '#rufer/client/chat-client.ts'
import type { Message } from '#rufer/shared/model/message.ts'
import type { Mark } from './target.ts'

export interface Honest {
  /** how many sockets they have */
  connections: number
  /** how long a request took lately, at its longest, or takes just now */
  controlMs: () => number
  /** stops writing, and holds what each got against what was stored */
  stop: () => Promise<HonestReport>
}

interface HonestReport {
  sent: number
  lost: number
  doubled: number
  reordered: number
}

/** Starts their conversation. */
export async function startHonest(target: Mark): Promise<Honest> {
  const people = await Promise.all(['honest-alice', 'honest-bob'].map((userId) => join(target, userId)))
  const sent: Promise<Message>[] = []
  const control = createControl()
  const over = new AbortController()

  async function chat({ client }: Person, peerId: string) {
    while (!over.signal.aborted) {
      const message = client.sendMessage({ userId: peerId, text: `message ${sent.length}` })
      sent.push(message)
      await control.measure(() => Promise.allSettled([message, client.ping()]))
      await delay(PAUSE_MS)
    }
  }
  async function look() {
    while (!over.signal.aborted) {
      await control.measure(() => lookAtHealth(target))
      await delay(PAUSE_MS)
    }
  }
  const [alice, bob] = people
  if (!alice || !bob) throw new Error('nobody came')
  const chats = [chat(alice, bob.userId), chat(bob, alice.userId), look()]

  return {
    connections: people.length,
    controlMs: control.longestMs,
    async stop() {
      over.abort()
      await Promise.all(chats)
      const stored = (await Promise.allSettled(sent)).flatMap((one) =>
        one.status === 'fulfilled' ? [one.value] : [],
      )
      const history = await readAll(alice.client, stored[0]?.conversationId ?? '')
      for (const { heard } of people) await until(() => heard.length >= history.length)
      const report = compare({ sent: sent.length, stored, history, heard: people.map(({ heard }) => heard) })
      for (const { client } of people) client.close()
      return report
    },
  }
}

// --- Internal helpers ---

const PAUSE_MS = 50
const LATELY = 40
const SETTLE_MS = 20_000

interface Person {
  userId: string
  client: ChatClient
  heard: Message[]
}

/** How long honest requests take, those included that are still waited for. */
function createControl() {
  const latest: number[] = []
  const begun = new Set<number>()
  return {
    longestMs: () => Math.max(0, ...latest, ...[...begun].map((at) => performance.now() - at)),
    async measure(ask: () => Promise<unknown>) {
      const at = performance.now()
      begun.add(at)
      await ask()
      begun.delete(at)
      latest.push(performance.now() - at)
      if (latest.length > LATELY) latest.shift()
    },
  }
}

/** A call on a connection of its own, as most inputs are. */
function lookAtHealth({ url }: Mark): Promise<unknown> {
  return new Promise((resolve) => {
    get(`${url}/health`, { agent: false }, (response) => response.resume().once('close', resolve)).once(
      'error',
      resolve,
    )
  })
}

async function join(target: Mark, userId: string): Promise<Person> {
  await target.register(userId)
  const client = new ChatClient({
    url: `ws://${target.host}/ws`,
    getToken: async () => ({ token: await target.token(userId) }),
    WebSocket,
  })
  const heard: Message[] = []
  client.on('message.created', ({ message }) => heard.push(message))
  client.connect()
  await until(() => client.status.state === 'live')
  return { userId, client, heard }
}

async function until(isThere: () => boolean): Promise<void> {
  const deadline = performance.now() + SETTLE_MS
  while (!isThere() && performance.now() < deadline) await delay(20)
}

async function readAll(client: ChatClient, conversationId: string): Promise<Message[]> {
  const all: Message[] = []
  for (let hasMore = true; hasMore;) {
    const page = await client.listMessages({ conversationId, afterSeq: all.length, limit: 100 })
    all.push(...page.messages)
    hasMore = page.hasMore
  }
  return all
}

function compare({
  sent,
  stored,
  history,
  heard,
}: {
  sent: number
  stored: Message[]
  history: Message[]
  heard: Message[][]
}): HonestReport {
  const inHistory = new Set(history.map(({ id }) => id))
  const unheard = heard.map((all) => {
    const ids = new Set(all.map(({ id }) => id))
    return history.filter(({ id }) => !ids.has(id)).length
  })
  return {
    sent,
    lost: sent - stored.length + stored.filter(({ id }) => !inHistory.has(id)).length + sum(unheard),
    doubled:
      history.length -
      inHistory.size +
      sum(heard.map((all) => all.length - new Set(all.map(({ id }) => id)).size)),
    reordered: sum(
      heard.map((all) => all.filter(({ seq }, at) => at > 0 && seq <= (all[at - 1]?.seq ?? 0)).length),
    ),
  }
}

function sum(counts: number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}
