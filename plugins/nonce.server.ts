// Gives the scripts and styles that the server puts into a page the nonce of the page's policy.
import { defineNuxtPlugin, injectHead, useRequestEvent } from '#imports'

export default defineNuxtPlugin(() => {
  const nonce: unknown = useRequestEvent()?.context['nonce']
  if (typeof nonce !== 'string') return
  injectHead().use({
    key: 'nonce',
    hooks: {
      'tags:afterResolve': ({ tags }) => {
        for (const { tag, props } of tags) if (TAGS.has(tag)) props['nonce'] = nonce
      },
    },
  })
})

// --- Internal helpers ---

const TAGS = new Set(['script', 'style', 'link'])
