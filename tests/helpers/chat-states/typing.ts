// Somebody types to Alice, on and on.
import type { ChatClient } from '#rufer/client/chat-client.ts'
import type { Stage } from './stage.ts'

/** A sign ends by itself after 3 s. */
const AGAIN_MS = 2_000

/** Types until the state is over. */
export async function startTyping({ undo }: Stage, client: ChatClient): Promise<void> {
  const { id } = await client.openConversation('alice')
  const again = setInterval(() => void client.startTyping(id), AGAIN_MS)
  undo(() => clearInterval(again))
  await client.startTyping(id)
}
