// The MongoDB store: the port's methods, each some calls of the driver; and what closing it waits for.
import type mongoose from 'mongoose'
import type { Instant } from '#rufer/shared/model/instant.ts'
import type { CommitMeter } from '../group-commit.ts'
import { toDirectId } from '../direct-id.ts'
import type { Store } from '../duties.ts'
import { StoreError, type AppendOutcome, type MessageDraft, type OpenOutcome } from '../port.ts'
import { endAbandoned } from './abandoned.ts'
import { createCalls } from './calls.ts'
import { getConversations, listConversations, openConversation } from './conversations.ts'
import { toStoreError } from './failure.ts'
import { readChanges } from './feed.ts'
import type { Place } from './place.ts'
import type { ChangeStreams } from './change-streams.ts'
import { createWriter, type Writer } from './writer.ts'
import { getMemberIds } from './memberships.ts'
import { appendMessage, getMessage, listMessages } from './messages.ts'
import { createDuties } from './duties.ts'
import { createOutbox } from './outbox.ts'
import type { Collections } from './models.ts'
import { createTell } from './signs.ts'
import { endPresences, putPresences, renewLease, type Process } from './presences.ts'
import { moveReceipt } from './receipts.ts'
import { listRevisions } from './revisions.ts'
import { peekSecret, putSecret, takeSecret, voidSecrets } from './secrets.ts'
import { createTransact } from './transactions.ts'
import { getUsers, putUser } from './users.ts'

/** What is connected. */
export interface Connected {
  client: mongoose.mongo.MongoClient
  collections: Collections
  /** by a client that the change feed has for itself */
  streams: ChangeStreams
  place: Place
  processId: string
  meter?: CommitMeter | undefined
  /** Lets the connections go. */
  disconnect: () => Promise<void>
}

export function createMongoStore(connected: Connected): Store {
  const { collections, client, streams, place, processId } = connected
  const transact = createTransact(client, (session) => place.advance(session.operationTime))
  const writer = createWriter({ collections, meter: connected.meter }, transact)
  const process = { collections, transact, processId }
  const { run, refuseOnceClosed, end } = createCalls()
  const tell = createTell(collections)
  let hasLease = false
  let closed: Promise<void> | undefined

  return {
    engine: 'mongodb',
    processId,
    putUser: (user, at) => run(() => putUser(collections, writer, { user, at })),
    getUsers: (userIds, peerOf) => run(() => getUsers(collections, userIds, peerOf)),
    putPresences: (marks) => run(() => putPresences(process, marks)),
    renewLease: (at) =>
      run(async () => {
        // first, as what is settled below may be held by them
        await endAbandoned(client)
        const { isNew } = await renewLease(process, at)
        const isRevived = isNew && hasLease
        hasLease = true
        return { isRevived }
      }),
    openConversation: (userIds, at) => run(() => open(collections, writer, { userIds, at })),
    getConversations: (lookup) => run(() => getConversations(collections, lookup)),
    getMemberIds: (conversationId) => run(() => getMemberIds(collections, conversationId)),
    listConversations: (query) => run(() => listConversations(collections, query)),
    appendMessage: (draft) => run(() => append(collections, writer, draft)),
    getMessage: (id) => run(() => getMessage(collections, id)),
    listMessages: (query) => run(() => listMessages(collections, query)),
    listRevisions: (query) => run(() => listRevisions(collections, query)),
    moveReceipt: (move) => run(() => writer.write(moveReceipt(move))),
    putSecret: (secret, at, allowance) =>
      run(() => putSecret(collections, transact, { secret, at, allowance })),
    peekSecret: (key, at) => run(() => peekSecret(collections, key, at)),
    takeSecret: (key, at) => run(() => takeSecret(collections, key, at)),
    voidSecrets: (which) => run(() => voidSecrets(collections, transact, which)),
    tell: (sign) => run(() => tell(sign)),
    duties: createDuties({ collections, transact, writer, run }),
    outbox: createOutbox(collections, { processId, run }),
    watch(signal) {
      refuseOnceClosed()
      return readChanges(streams, place, signal)
    },
    close: () => (closed ??= end().then(() => close(connected, process))),
  }
}

// --- helpers ---

async function close({ disconnect }: Connected, process: Process) {
  try {
    await endPresences(process)
  } catch (error) {
    // others take this process for dead in a moment, and do it
    if (!(toStoreError(error) instanceof StoreError)) throw error
  } finally {
    await disconnect()
  }
}

/** Most are there already, which a read tells for less. */
async function open(
  collections: Collections,
  writer: Writer,
  { userIds, at }: { userIds: [string, string]; at: Instant },
): Promise<OpenOutcome> {
  const { conversations } = await getConversations(collections, { ids: [toDirectId(userIds)] })
  const [conversation] = conversations
  return conversation ? { outcome: 'existed', conversation } : writer.write(openConversation(userIds, at))
}

async function append(collections: Collections, writer: Writer, draft: MessageDraft): Promise<AppendOutcome> {
  const appended = await writer.write(appendMessage(draft))
  if (appended.outcome !== 'duplicate') return appended
  const message = await getMessage(collections, draft.id)
  if (!message) throw new Error('unable to append message; its duplicate cannot be read back')
  return { outcome: 'duplicate', message }
}
