// The theme: light, dark, or the system's; in a cookie, so that the server's first paint has it.
import { useRequestHeaders, useState } from '#imports'
import { computed } from 'vue'

export const themes = ['system', 'light', 'dark'] as const
type Theme = (typeof themes)[number]

/** Setting it keeps it for a year. */
export function useTheme() {
  const theme = useState('theme', readTheme)
  return computed({
    get: () => theme.value,
    set(chosen: Theme) {
      theme.value = chosen
      document.cookie = `${COOKIE}=${chosen}; path=/; max-age=${YEAR_S}; samesite=lax`
    },
  })
}

// --- Internal helpers ---

const COOKIE = 'rufer-theme'
const YEAR_S = 365 * 24 * 3_600

function readTheme(): Theme {
  const cookies = import.meta.server ? useRequestHeaders(['cookie']).cookie : document.cookie
  const [, value] = /(?:^|;\s*)rufer-theme=(\w+)/.exec(cookies ?? '') ?? []
  return themes.find((theme) => theme === value) ?? 'system'
}
