// Passing users: registered, written to, exported, linked and erased, several of it at once and in any order.
import type { Job } from './job.ts'
import type { Random } from './random.ts'
import { orLate } from './socket.ts'
import { ANSWERED_ONCE, KEY, type Mark } from './target.ts'
import { mutated } from './values.ts'

/** Each user gets some calls, then the next one comes, as an erased id is never given out again. */
export function fuzzPassing({ target, random, tally, userIds }: Job): () => Promise<void> {
  const lane = random.below(2 ** 30)
  let turn = 0
  return async () => {
    const userId = `passing-${lane}-${Math.floor(turn++ / TURNS_EACH)}`
    await Promise.all(
      random.list([1, 3], async () => {
        const name = random.pick(WAYS)
        const { call, fields } = ways[name]({ userId, peerId: random.pick(userIds) })
        const body = fields && toBody(random, fields)
        const began = performance.now()
        const status = await orLate(statusOf(target, call, body))
        // an erasure leaves most of the time to others, and so takes as long as those make it
        const ms = name === 'erase' ? 0 : performance.now() - began
        if (STATUSES.has(Number(status))) tally.answered('passing', `${name} ${status}`, ms)
        else tally.fault({ kind: 'passing', what: `answered ${status}`, input: `${call} ${body}` })
      }),
    )
  }
}

// --- Internal helpers ---

/** As many as bring most of the ways before a user and after they were erased. */
const TURNS_EACH = 12
const STATUSES = new Set([200, 201, 400, 404, 409])

interface Way {
  call: string
  /** field → value as JSON */
  fields?: Record<string, string>
}

type About = { userId: string; peerId: string }

/** What a back end does about a user. */
const ways = {
  register: ({ userId }: About): Way => ({
    call: 'POST /api/users/register',
    fields: toFields({ userId, displayName: userId, avatarUrl: 'https://example.com/a.png' }),
  }),
  message: ({ userId, peerId }: About): Way => ({
    call: 'POST /api/messages',
    fields: toFields({ id: crypto.randomUUID(), senderId: userId, userId: peerId, text: 'passing by' }),
  }),
  token: ({ userId }: About): Way => ({
    call: 'POST /api/users/session-token',
    fields: toFields({ userId }),
  }),
  link: ({ userId }: About): Way => ({ call: 'POST /api/users/sign-in-link', fields: toFields({ userId }) }),
  online: ({ userId }: About): Way => ({ call: `GET /api/users/${userId}/online` }),
  export: ({ userId }: About): Way => ({ call: `GET /api/users/${userId}/export` }),
  sessions: ({ userId }: About): Way => ({ call: `DELETE /api/users/${userId}/sessions` }),
  erase: ({ userId }: About): Way => ({ call: `DELETE /api/users/${userId}` }),
}

/** How often each comes; who is erased has been there before. */
const WAYS: (keyof typeof ways)[] = [
  ...Array<'register'>(6).fill('register'),
  ...Array<'message'>(4).fill('message'),
  ...Array<'export'>(3).fill('export'),
  ...Array<'link'>(2).fill('link'),
  'token',
  'online',
  'sessions',
  'erase',
]

function toFields(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, JSON.stringify(value)]))
}

function toBody(random: Random, fields: Record<string, string>): string {
  if (random.chance(0.2)) return mutated(random, fields)
  return `{${Object.entries(fields)
    .map(([key, value]) => `"${key}":${value}`)
    .join()}}`
}

async function statusOf({ url }: Mark, call: string, body: string | undefined): Promise<number | string> {
  const [method = '', path = ''] = call.split(' ')
  const headers = {
    ...ANSWERED_ONCE,
    'x-rufer-secret-key': KEY,
    ...(body && { 'content-type': 'application/json' }),
  }
  try {
    const answer = await fetch(`${url}${path}`, { method, headers, ...(body && { body }) })
    // an export is whole only once its last line has come
    const text = await answer.text()
    return answer.status < 500 ? answer.status : `${answer.status} ${text}`
  } catch (error) {
    return String(error)
  }
}
