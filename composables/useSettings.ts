// The settings dialog: what is chosen, what the browser allows, and signing out.
import { useMediaQuery } from '@vueuse/core'
import { computed, nextTick, ref } from 'vue'
import { useChatClient } from '#rufer/stores/chat-client.ts'
import { useDraftsStore } from '#rufer/stores/drafts.ts'
import { useSettingsStore } from '#rufer/stores/settings.ts'
import { useSound } from './useSound.ts'

/** Whether Enter sends: as chosen, else as usual on such a device. */
export function useEntersSend() {
  const settings = useSettingsStore()
  const isCoarse = useMediaQuery('(pointer: coarse)')
  return computed({
    get: () => settings.entersSend ?? !isCoarse.value,
    set: (entersSend: boolean) => settings.choose({ entersSend }),
  })
}

export function useSoundSetting() {
  const settings = useSettingsStore()
  const sound = useSound()
  return computed({
    get: () => settings.hasSound,
    set(hasSound: boolean) {
      settings.choose({ hasSound })
      sound.wake()
    },
  })
}

/** Turning it on is the only thing on the page that asks for the browser's permission. */
export function useNoticeSetting() {
  const settings = useSettingsStore()
  const reason = ref('')
  const permission = ref(permissionNow())
  const isAsking = ref(false)
  const isOn = computed({
    // As it was clicked until there is an answer.
    get: () => isAsking.value || (settings.hasNotices && permission.value === 'granted'),
    set: (isWanted: boolean) => void choose(isWanted),
  })

  async function choose(isWanted: boolean) {
    reason.value = ''
    isAsking.value = isWanted
    await nextTick()
    if (isWanted && 'Notification' in window) permission.value = await Notification.requestPermission()
    isAsking.value = false
    settings.choose({ hasNotices: isWanted && permission.value === 'granted' })
    if (isWanted && permission.value !== 'granted')
      reason.value = 'Your browser does not allow it on this page'
  }
  return { isOn, reason }
}

export function useSignOut() {
  const chat = useChatClient()
  const drafts = useDraftsStore()
  const reason = ref('')
  const isBusy = ref(false)

  /** The server then ends the connection, and the page says so. */
  async function signOut() {
    isBusy.value = true
    const isDone = await requestSignOut()
    isBusy.value = false
    reason.value = isDone ? '' : 'That did not work. Try again in a moment'
    if (!isDone) return
    chat.forgetUnsent()
    drafts.forget()
    chat.reconnectNow()
  }
  return { reason, isBusy, signOut }
}

// --- Internal helpers ---

function permissionNow(): NotificationPermission {
  return 'Notification' in window ? Notification.permission : 'denied'
}

async function requestSignOut(): Promise<boolean> {
  try {
    return (await fetch('/api/sign-out', { method: 'POST' })).ok
  } catch {
    // No connection.
    return false
  }
}
