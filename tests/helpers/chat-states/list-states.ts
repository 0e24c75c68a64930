// States of the conversation list, and of the pages around the chat.
import { callApi } from '../api.ts'
import { signInUrl } from '../sign-in.ts'
import { join, openChat, type ChatState, type Stage } from './stage.ts'
import { startTyping } from './typing.ts'

export const listStates: ChatState[] = [
  { name: 'list', on: ['desktop', 'phone'], show: showList },
  { name: 'list-empty', on: ['phone'], show: showEmptyList },
  { name: 'list-loading', on: ['desktop'], show: showLoadingList },
  { name: 'new-dialog', on: ['desktop', 'phone'], show: showNewDialog },
  { name: 'settings', on: ['desktop', 'phone'], show: showSettings },
  { name: 'signed-out', on: ['phone'], show: showSignedOut },
  { name: 'sign-in', on: ['desktop'], show: showSignInNeeded },
  { name: 'sign-in-link', on: ['phone'], show: showSignInLink },
  { name: 'error', on: ['desktop'], show: showMissingConversation },
  { name: 'unknown-user', on: ['desktop'], show: showUnknownUser },
  { name: 'home', on: ['desktop'], show: showHome },
]

// --- Internal helpers ---

async function showList(stage: Stage) {
  const { page, server } = stage
  const [bob] = await Promise.all([join(stage, 'bob'), join(stage, 'erin')])
  await page.goto(`${server.url}/chat?userId=alice`)
  await page.getByRole('link', { name: /Erin O’Neill ?, online/ }).waitFor()
  await startTyping(stage, bob)
  await page.getByRole('link', { name: /Bob Johnson.*typing…/ }).waitFor()
}

async function showEmptyList({ page, server }: Stage) {
  await page.goto(`${server.url}/chat?userId=olga`)
  await page.getByText('No conversations yet').waitFor()
}

/** The answer that everything waits for does not come. */
async function showLoadingList({ page, server }: Stage) {
  await page.route('**/api/session-token', () => undefined)
  await page.goto(`${server.url}/chat?userId=alice`)
  await page.getByText('Connecting…').waitFor()
}

async function showNewDialog({ page, server }: Stage) {
  await page.goto(`${server.url}/chat?userId=alice`)
  await page.getByRole('link', { name: 'Bob Johnson' }).waitFor()
  await page.getByRole('button', { name: 'New conversation' }).click()
  await page.getByRole('textbox', { name: 'User id' }).fill('bo')
  await page.getByRole('button', { name: 'Start chatting' }).click()
  await page.getByText('There is no user bo').waitFor()
}

async function showSettings({ page, server }: Stage) {
  await page.goto(`${server.url}/chat?userId=alice`)
  await page.getByRole('link', { name: 'Bob Johnson' }).waitFor()
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByRole('dialog', { name: 'Settings' }).waitFor()
}

async function showSignedOut(stage: Stage) {
  await openChat(stage, /Nina/)
  await callApi(stage.server, 'DELETE /api/users/alice/sessions')
  await stage.page.getByRole('heading', { name: 'You were signed out' }).waitFor()
}

async function showSignInNeeded({ page, server, undo }: Stage) {
  undo(() => server.restart())
  await server.restart({ RUFER_DEMO: 'false' })
  await page.goto(`${server.url}/chat`)
  await page.getByRole('heading', { name: 'Sign in needed' }).waitFor()
}

async function showSignInLink({ page, server }: Stage) {
  await page.goto((await signInUrl(server, 'alice')).href)
  await page.getByRole('button', { name: 'Sign in' }).waitFor()
}

async function showMissingConversation({ page, server }: Stage) {
  await page.goto(`${server.url}/chat?userId=alice&chatId=none`)
  await page.getByRole('heading', { name: 'There is no such conversation' }).waitFor()
}

async function showUnknownUser({ page, server }: Stage) {
  await page.goto(`${server.url}/chat?userId=zed`)
  await page.getByRole('heading', { name: 'Unknown user' }).waitFor()
}

async function showHome({ page, server }: Stage) {
  await page.goto(server.url)
  await page.getByRole('link', { name: 'Chat as Alice' }).waitFor()
}
