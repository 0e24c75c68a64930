// The parts of a text, where what finds links is fetched once a text may hold one: most conversations begin without it.
import { computed, shallowRef, toValue, watchEffect, type MaybeRefOrGetter } from 'vue'
import { useDebugStore } from '#rufer/stores/debug.ts'
import type { TextPart, toTextParts } from './message-links.ts'

const MAY_LINK = /https?:|mailto:|www\./i

/** Until it has come, or where it cannot, a text is one part without links. */
export function useTextParts(text: MaybeRefOrGetter<string>) {
  watchEffect(() => {
    if (MAY_LINK.test(toValue(text))) void fetchFinder()
  })
  return computed((): TextPart[] => {
    const plain = toValue(text)
    return MAY_LINK.test(plain) && find.value ? find.value(plain) : [{ text: plain }]
  })
}

// --- Internal helpers ---

/** One for all texts. */
const find = shallowRef<typeof toTextParts>()

async function fetchFinder() {
  if (find.value) return
  try {
    const links = await import('./message-links.ts')
    find.value = links.toTextParts
  } catch (error) {
    // The server is away, and its addresses stay text. The next text tries again.
    useDebugStore().recordFailure('load what finds links', error)
  }
}
