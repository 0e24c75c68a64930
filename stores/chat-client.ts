// The client of the page, as the stores reach it.
import { useNuxtApp } from '#imports'
import type { ChatClient } from '#rufer/client/chat-client.ts'

/** Made by the plugin; exists in the browser only. */
export function useChatClient(): ChatClient {
  return useNuxtApp().$chat
}
