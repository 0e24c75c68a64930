// The sound of an arrival: in one tab of the browser alone, and not until somebody did something there.
import { createSharedComposable, useEventListener } from '@vueuse/core'
import { watch } from 'vue'
import { useSettingsStore } from '#rufer/stores/settings.ts'

const EVERY_MS = 2_000
/** Two notes, one above the other. */
const NOTES = [660, 880]
const NOTE_S = 0.14
const LOUDNESS = 0.12

export const useSound = createSharedComposable(() => {
  const settings = useSettingsStore()
  const turn = useTurn('rufer-sound')
  let audio: AudioContext | undefined
  let playedAt = -Infinity

  /** Browsers play nothing before somebody touched the page: until then another tab may have the turn. */
  function wake() {
    if (!settings.hasSound) return
    audio ??= new AudioContext()
    turn.take()
  }
  function play() {
    if (!audio || !settings.hasSound || !turn.isOurs()) return
    if (performance.now() - playedAt < EVERY_MS) return
    playedAt = performance.now()
    chime(audio)
  }
  useEventListener(document, ['pointerdown', 'keydown'], wake)
  watch(
    () => settings.hasSound,
    (isOn) => {
      if (!isOn) turn.leave()
    },
  )
  return { play, wake }
})

// --- Internal helpers ---

/** What one tab of the browser has at a time; the next one gets it when that leaves or ends. */
function useTurn(name: string) {
  let isTaken = false
  let isOurs = false
  let leave: (() => void) | undefined

  function take() {
    if (isTaken) return
    isTaken = true
    // Over plain http there are no locks, whatever their type says: then each tab has its turn.
    const locks: LockManager | undefined = navigator.locks
    if (!locks) isOurs = true
    void locks?.request(name, async () => {
      if (!isTaken) return
      isOurs = true
      await new Promise<void>((resolve) => (leave = resolve))
    })
  }
  return {
    take,
    isOurs: () => isOurs,
    leave() {
      isTaken = false
      isOurs = false
      leave?.()
    },
  }
}

function chime(audio: AudioContext) {
  for (const [index, frequency] of NOTES.entries()) {
    const from = audio.currentTime + index * NOTE_S
    const gain = new GainNode(audio, { gain: LOUDNESS })
    const note = new OscillatorNode(audio, { frequency })
    gain.gain.setTargetAtTime(0, from + NOTE_S / 2, NOTE_S / 4)
    note.connect(gain).connect(audio.destination)
    note.start(from)
    note.stop(from + 2 * NOTE_S)
  }
}
