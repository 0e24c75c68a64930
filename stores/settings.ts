// Settings store: what somebody chose in this browser, the same in all of its tabs; kept where storage can be had.
import { defineStore } from 'pinia'

interface Kept {
  /** undefined: as usual on such a device */
  entersSend?: boolean | undefined
  hasNotices: boolean
  hasSound: boolean
}

export const useSettingsStore = defineStore('settings', {
  state: (): Kept => parse(read()),
  actions: {
    choose(chosen: Partial<Kept>) {
      this.$patch(chosen)
      write(JSON.stringify(this.$state))
    },
    /** Another tab chose. */
    applyStorage({ key, newValue }: StorageEvent) {
      if (key === KEY) this.$patch(parse(newValue))
    },
  },
})

// --- Internal helpers ---

const KEY = 'rufer:settings'

/** Whatever is spoilt is as it was in the beginning. */
function parse(text: string | null): Kept {
  const kept = toObject(text)
  return {
    entersSend: typeof kept['entersSend'] === 'boolean' ? kept['entersSend'] : undefined,
    hasNotices: kept['hasNotices'] === true,
    hasSound: kept['hasSound'] === true,
  }
}

function toObject(text: string | null): Record<string, unknown> {
  try {
    return { ...JSON.parse(text ?? '{}') }
  } catch {
    return {}
  }
}

function read(): string | null {
  try {
    return localStorage.getItem(KEY)
  } catch {
    // Blocked: then they last as long as the page.
    return null
  }
}

function write(text: string) {
  try {
    localStorage.setItem(KEY, text)
  } catch {
    // Blocked or full: then they last as long as the page.
  }
}
