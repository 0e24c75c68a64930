// Every state of the chat page that is looked at, by people and by tests.
import { conversationStates } from './conversation-states.ts'
import { listStates } from './list-states.ts'
import type { ChatState } from './stage.ts'

export const allStates: ChatState[] = [...listStates, ...conversationStates]
