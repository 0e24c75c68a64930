// What the page says about an error nobody foresaw. Pure.

/** An error, or what Nuxt makes of one. */
export interface Crash {
  message: string
  statusCode?: number
}

export function toCrashWords({ message, statusCode }: Crash): { title: string; text: string } {
  if (statusCode === 404) return { title: 'There is no such page', text: 'The address leads nowhere.' }
  return {
    title: 'Something went wrong',
    text: `The page could not go on${message ? `: ${message}` : ''}. Messages that were not sent yet are kept.`,
  }
}
