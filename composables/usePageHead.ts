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
  })
}
