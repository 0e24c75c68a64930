// Whether the server runs in demo mode, as it told the page.
import { useRequestEvent, useState } from '#imports'
import type { Ref } from 'vue'

export function useDemo(): Ref<boolean> {
  return useState('demo', () => useRequestEvent()?.context['demo'] === true)
}
