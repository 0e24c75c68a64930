// The way from anywhere on the page to the composer: its focus, and text that is to be edited in it.
import { inject, provide, shallowRef, type InjectionKey, type ShallowRef } from 'vue'

/** A message that was not sent. */
export interface FailedText {
  id: string
  text: string
}

interface Composer {
  focus(): void
  /** Takes up the text of a message that was not sent; sending it takes that message's place. */
  edit(row: FailedText): void
}

const key: InjectionKey<ShallowRef<Composer | undefined>> = Symbol('composer')

/** To be called by what holds both the composer and those who reach for it. */
export function provideComposer() {
  provide(key, shallowRef())
}

/** To be called by the composer itself. */
export function registerComposer(composer: Composer) {
  const registered = inject(key, undefined)
  if (registered) registered.value = composer
}

export function useComposerFocus(): Composer {
  const registered = inject(key, undefined)
  return {
    focus: () => registered?.value?.focus(),
    edit: (row) => registered?.value?.edit(row),
  }
}
