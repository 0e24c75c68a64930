// An eager client in a trial: it sends one message up to ten times at once, over two connections, and over the next.
import type { Recorder } from '#rufer/tests/faults/history.ts'
import { connect, newId, type TestClient } from '#rufer/tests/helpers/client.ts'
import type { ServerAddress } from '#rufer/tests/helpers/server.ts'
import { untilReady, type Trial } from './trial.ts'

/** Does so once, as somebody of the cast; gives the places that the answers name, which are to be one. */
export async function sendManyTimes(
  server: ServerAddress,
  { cast, history, random }: Pick<Trial, 'cast' | 'history' | 'random'>,
): Promise<Set<number>> {
  const places = [...cast.members].flatMap(([id, both]) => both.map((userId) => ({ id, userId })))
  const present = places.find((place) => cast.userIds.includes(place.userId))
  const { id: conversationId = '', userId = '' } = present ?? {}
  const record = history.as(`${userId}/eager`, userId)
  const message = { id: newId(), conversationId, text: `again and again ${random()}` }
  const send = async (client: TestClient) => {
    const call = history.nextCall()
    record({ type: 'invoke', call, ask: { method: 'message.send', ...message } })
    const answer = await client.request('message.send', message).catch(() => undefined)
    record(
      answer
        ? { type: 'ok', call, answer: { message: answer.message } }
        : { type: 'unknown', call, code: 'lost' },
    )
    return answer?.message.seq
  }
  const open = () => openConnection(server, { userId, record })
  const [one, other] = [await open(), await open()]
  const times = 2 + Math.floor(random() * 9)
  const sent = Array.from({ length: times }, (_, index) => send(index % 2 ? one : other))
  // one of the two is lost amid its answers
  one.socket.terminate()
  const next = await open()
  const seqs = await Promise.all([...sent, send(next)])
  await Promise.all([other.close(), next.close()])
  return new Set(seqs.filter((seq) => seq !== undefined))
}

// --- Internal helpers ---

async function openConnection(
  server: ServerAddress,
  { userId, record }: { userId: string; record: Recorder },
) {
  await untilReady([server])
  const client = await connect(server, userId)
  const { connectionId } = client.started
  record({ type: 'opened', connectionId })
  void client.closed.then((code) => record({ type: 'closed', connectionId, code }))
  return client
}
