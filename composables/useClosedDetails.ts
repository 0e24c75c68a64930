// What somebody who looks into a protocol error needs to know, ready to be copied: no texts, no tokens.
import { useClipboard } from '@vueuse/core'
import { toValue, type MaybeRefOrGetter } from 'vue'
import { useConnectionStore } from '#rufer/stores/connection.ts'
import { useDebugStore } from '#rufer/stores/debug.ts'

/** @param code the close code */
export function useClosedDetails(code: MaybeRefOrGetter<number | undefined>) {
  const connection = useConnectionStore()
  const debug = useDebugStore()
  // Over plain http there is no clipboard but the old one.
  const { copy: write, copied } = useClipboard({ legacy: true })

  async function copy() {
    const { session } = connection
    const details = {
      closeCode: toValue(code),
      connectionId: session?.connectionId,
      userId: session?.userId,
      at: new Date().toISOString(),
      lastFrames: debug.lastFrames,
    }
    await write(JSON.stringify(details, undefined, 2))
  }
  return { copied, copy }
}
