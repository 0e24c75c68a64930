// Late: whether something has been going on for longer than a moment, so that what is over soon shows nothing.
import { useTimeoutFn } from '@vueuse/core'
import { shallowRef, toValue, watch, type MaybeRefOrGetter } from 'vue'

/** A wait shorter than this shows nothing. */
export const SKELETON_MS = 150
/** A longer one is told in words. */
export const WORDS_MS = 2_000

/** @returns true once `isOn` has been so for that long, and false as soon as it is not */
export function useLate(isOn: MaybeRefOrGetter<boolean>, ms: number) {
  const isLate = shallowRef(false)
  const { start, stop } = useTimeoutFn(() => (isLate.value = true), ms, { immediate: false })
  watch(
    () => toValue(isOn),
    (isOnNow) => {
      isLate.value = false
      if (isOnNow) start()
      else stop()
    },
    { immediate: true },
  )
  return isLate
}
