// The head that every page shares.
import { useHead } from '#imports'

export function usePageHead() {
  useHead({
    htmlAttrs: { lang: 'en' },
    meta: [
      {
        name: 'viewport',
        content: 'width=device-width, initial-scale=1, interactive-widget=resizes-content',
      },
      { name: 'color-scheme', content: 'light dark' },
    ],
    link: [{ key: 'icon', rel: 'icon', type: 'image/svg+xml', href: '/favicon.svg' }],
  })
}
