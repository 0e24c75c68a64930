// The address of the chat page: which conversation is open, and whether the debug view is shown.
import { navigateTo, useRoute } from '#imports'
import { computed } from 'vue'

export function useChatRoute() {
  const route = useRoute()
  const chatId = computed(() => first(route.query['chatId']))
  const isDebug = computed(() => ['true', '1'].includes(first(route.query['debug']) ?? ''))

  /** Where a conversation is shown, or the list alone; the rest of the address stays. */
  function linkTo(conversationId?: string) {
    const { chatId: _, ...query } = route.query
    return {
      path: route.path,
      query: conversationId === undefined ? query : { ...query, chatId: conversationId },
    }
  }
  async function goTo(conversationId?: string) {
    await navigateTo(linkTo(conversationId))
  }
  /** The chat anew, on the page that it is on. */
  function pathAs(userId?: string) {
    return userId === undefined ? route.path : `${route.path}?userId=${encodeURIComponent(userId)}`
  }
  const userId = computed(() => first(route.query['userId']))
  return { chatId, isDebug, linkTo, goTo, pathAs, userId }
}

function first(value: unknown): string | undefined {
  const one: unknown = Array.isArray(value) ? value[0] : value
  return typeof one === 'string' && one !== '' ? one : undefined
}
