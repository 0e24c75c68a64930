// Status line store: what happened just now, in words for those who do not see it.
import { defineStore } from 'pinia'

export const useStatusLineStore = defineStore('status-line', {
  state: () => ({ words: '' }),
  actions: {
    /** Says it once: what stands there already is not said again. */
    say(words: string) {
      this.words = words
    },
  },
})
