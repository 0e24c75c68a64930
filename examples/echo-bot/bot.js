// A bot that says back whatever it is told: RUFER_URL=… RUFER_SECRET_KEY=… npm start
import { createHash } from 'node:crypto'
import { ChatClient } from 'rufer-client'
const { RUFER_URL = 'http://localhost:3000', RUFER_SECRET_KEY: key = '' } = process.env
const userId = 'echo-bot'
async function callRufer(path, body) {
  const headers = { 'content-type': 'application/json', 'x-rufer-secret-key': key }
  const response = await fetch(RUFER_URL + path, { method: 'POST', headers, body: JSON.stringify(body) })
  if (response.ok) return response.json()
  throw new Error(`${path} was answered with ${response.status}`)
}
await callRufer('/api/users/register', { userId, displayName: 'Echo' })
const getToken = () => callRufer('/api/users/session-token', { userId })
const chat = new ChatClient({ url: `${RUFER_URL.replace(/^http/, 'ws')}/ws`, getToken })
function echo({ id, conversationId, senderId, text }) {
  // the id of the answer is made from that of the message: answered again, it is stored once
  const [, ...parts] = /(.{8})(.{4})(.{4})(.{4})(.{12})/.exec(createHash('sha256').update(id).digest('hex'))
  if (senderId !== userId) chat.queueMessage({ id: parts.join('-'), conversationId, text })
}
chat.on('message.created', ({ message }) => echo(message))
chat.on('session.started', async () => {
  const { conversations } = await chat.listConversations().catch(() => ({ conversations: [] }))
  for (const { lastMessage, unreadCount } of conversations) if (unreadCount > 0) echo(lastMessage)
})
chat.connect()
