// Emitter: listeners by event name.

export class Emitter<Events extends object> {
  readonly #listeners: { [E in keyof Events]?: Set<(data: Events[E]) => void> } = {}

  /**
   * Calls `listener` at every event of that name.
   *
   * @returns a function that ends it
   */
  on<E extends keyof Events>(event: E, listener: (data: Events[E]) => void): () => void {
    const listeners = (this.#listeners[event] ??= new Set())
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
    }
  }

  /** Calls every listener; one that throws stops neither the others nor the caller. */
  emit<E extends keyof Events>(event: E, data: Events[E]): void {
    for (const listener of this.#listeners[event] ?? []) {
      try {
        listener(data)
      } catch (error) {
        // Thrown again on a turn of its own, where the platform reports it as uncaught: a bug of the listener's.
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }
}
