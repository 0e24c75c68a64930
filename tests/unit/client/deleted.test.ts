// ChatClient and messages that are deleted: told by event and by sync, once, each in its place.
import { expect, it, vi } from 'vitest'
import type { Message } from '#rufer/shared/model/message.ts'
import { aConversation, aMember, aMessage } from '../../helpers/chat-fixtures.ts'
import { isLive, startClient } from '../../helpers/scripted-client.ts'
import { lastLink } from '../../helpers/scripted-server.ts'

const DELETED_AT = '2026-01-02T12:00:00.000Z'

it('tells of a message deleted while connected, and once of one that it hears of again', async () => {
  const { client, server } = await startClient()
  await isLive(client)
  const heard = heardBy(client)
  const link = lastLink(server)
  link.event('message.created', { message: aMessage({ seq: 1 }) })
  for (const _ of [1, 2]) link.event('message.updated', { message: deleted({ seq: 1, rev: 2 }) })
  link.event('message.created', { message: aMessage({ seq: 2, rev: 3 }) })
  await vi.waitFor(() => expect(heard).toEqual(['created 1', 'updated 1 deleted', 'created 2']))
})

it('tells of those deleted while it was away: of one it had as changed, of one it never saw in its place', async () => {
  const { client, server } = await startClient()
  await isLive(client)
  const heard = heardBy(client)
  lastLink(server).event('message.created', { message: aMessage({ seq: 1 }) })
  await vi.waitFor(() => expect(heard).toHaveLength(1))
  // Sent meanwhile: 2, 3 and 4, of which 2 and then 1 were deleted.
  server.answers['conversation.sync'] = ({ revs }) => {
    const all = [
      aMessage({ seq: 3 }),
      aMessage({ seq: 4 }),
      deleted({ seq: 2, rev: 5 }),
      deleted({ seq: 1, rev: 6 }),
    ]
    const changed = all.filter(({ rev }) => rev > (revs['c1'] ?? 0))
    const conversation = aConversation({ seq: 4, rev: 6 })
    const page = { conversation, messages: changed.slice(0, 2), receipts: [], hasMore: changed.length > 2 }
    return { conversations: [page] }
  }
  lastLink(server).socket.terminate()
  await vi.waitFor(() => expect(heard).toHaveLength(5))
  expect(heard.slice(1)).toEqual(['created 2 deleted', 'created 3', 'created 4', 'updated 1 deleted'])
})

it('tells of a member whose profile is gone', async () => {
  const { client, server } = await startClient()
  await isLive(client)
  const names: (string | undefined)[] = []
  client.on('conversation.updated', ({ conversation }) => names.push(conversation.members[1]?.displayName))
  const members = [aMember('alice'), aMember('bob', { displayName: 'Deleted user' })]
  lastLink(server).event('conversation.updated', { conversation: aConversation({ members }) })
  await vi.waitFor(() => expect(names).toEqual(['Deleted user']))
})

function deleted(place: Partial<Message>): Message {
  return aMessage({ ...place, text: '', deletedAt: DELETED_AT })
}

function heardBy(client: Awaited<ReturnType<typeof startClient>>['client']): string[] {
  const heard: string[] = []
  const tell = (how: string) => (event: { message: Message }) =>
    heard.push(`${how} ${event.message.seq}${event.message.deletedAt === DELETED_AT ? ' deleted' : ''}`)
  client.on('message.created', tell('created'))
  client.on('message.updated', tell('updated'))
  return heard
}
