// Presences: who is watched, over reconnects too; what was told while an answer was awaited stands above the answer.
import type { Presence } from '#rufer/shared/model/presence.ts'
import { WATCH_AT_ONCE } from '#rufer/shared/protocol/limits.ts'
import type { Result } from '#rufer/shared/protocol/methods.ts'

type Ask = (params: { userIds: string[] }) => Promise<Result<'presence.watch'>>

export class Presences {
  readonly #watched = new Set<string>()
  /** for each answer that is awaited: what was told since it was asked for, by user */
  readonly #awaited = new Set<Map<string, Presence>>()

  /** Takes what an event tells. */
  told(presence: Presence): void {
    for (const since of this.#awaited) since.set(presence.userId, presence)
  }

  /**
   * The presence of some users, who are watched from now on.
   *
   * They are watched before they are looked up, so an event may overtake the answer, or come right behind it before
   * anybody has taken it. As every change is told and the last one last, the event is right, or followed by one that is.
   */
  async watch(userIds: string[], ask: Ask): Promise<Presence[]> {
    for (const userId of userIds) this.#watched.add(userId)
    const since = new Map<string, Presence>()
    this.#awaited.add(since)
    try {
      const { presences } = await ask({ userIds })
      return presences.map((presence) => since.get(presence.userId) ?? presence)
    } finally {
      this.#awaited.delete(since)
    }
  }

  /** After a reconnect: the presence of everybody who is watched. */
  async watchAgain(ask: Ask, onPresence: (presence: Presence) => void): Promise<void> {
    const userIds = [...this.#watched]
    for (let from = 0; from < userIds.length; from += WATCH_AT_ONCE) {
      const presences = await this.watch(userIds.slice(from, from + WATCH_AT_ONCE), ask)
      for (const presence of presences) onPresence(presence)
    }
  }
}
