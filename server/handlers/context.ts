// What every handler is given: who asks, on which connection, and the services.
import type { Watcher } from '#rufer/server/services/presence.ts'
import type { Services } from '#rufer/server/services/services.ts'
import type { Typist } from '#rufer/server/services/typing.ts'
import type { Method, Params, Result } from '#rufer/shared/protocol/methods.ts'

export interface RequestContext extends Typist, Watcher {
  services: Services
  serverTime: () => string
}

/** Params are valid; the result goes out as it is. What is thrown becomes the error of the reply. */
export type Handler<M extends Method> = (
  context: RequestContext,
  params: Params<M>,
) => Result<M> | Promise<Result<M>>
export type Handlers = { [M in Method]: Handler<M> }
