// Preloaded into a server under test: whoever leaves has so long to come back that no machine is too slow for it.
import { OFFLINE_GRACE_MS } from '#rufer/shared/protocol/limits.ts'

const LONG_MS = 600_000

globalThis.setTimeout = new Proxy(setTimeout, {
  apply: (target, self, [run, ms, ...args]) =>
    Reflect.apply(target, self, [run, ms === OFFLINE_GRACE_MS ? LONG_MS : ms, ...args]),
})
