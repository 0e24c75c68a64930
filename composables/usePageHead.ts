// The head that every page shares.
import { useHead } from '#imports'
import { computed } from 'vue'
import { useTheme } from './useTheme.ts'

export function usePageHead() {
  const theme = useTheme()
  const chosen = computed(() => (theme.value === 'system' ? undefined : theme.value))
  useHead({
    bodyAttrs: { class: 'rufer' },
    htmlAttrs: { lang: 'en', 'data-theme': chosen },
    meta: [
      {
        name: 'viewport',
        content: 'width=device-width, initial-scale=1, interactive-widget=resizes-content',
      },
      { name: 'color-scheme', content: () => chosen.value ?? 'light dark' },
    ],
    link: [{ key: 'icon', rel: 'icon', type: 'image/svg+xml', href: '/favicon.svg' }],
  })
}
