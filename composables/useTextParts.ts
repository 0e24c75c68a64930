// The parts of a text, where what finds links is fetched once a text may hold one: most conversations begin without it.
import { computed, shallowRef, toValue, type MaybeRefOrGetter } from 'vue'
import { useDebugStore } from '#rufer/stores/debug.ts'
import type { TextPart, toTextParts } from './message-links.ts'

const MAY_LINK = /https?:|mailto:|www\./i

/** Undefined where there are no links, and until what finds them has come. */
export function useTextParts(text: MaybeRefOrGetter<string>) {
  return computed((): TextPart[] | undefined => {
    if (!MAY_LINK.test(toValue(text))) return undefined
    if (!find.value) void fetchFinder()
    return find.value?.(toValue(text))
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
