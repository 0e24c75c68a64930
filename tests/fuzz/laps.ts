// Laps: how long each of several answers took that come one after the other, as those of one connection do.

/** Begins to count; each call gives the ms since the one before. */
export function startLaps(): () => number {
  let last = performance.now()
  return () => {
    const ms = performance.now() - last
    last += ms
    return ms
  }
}
