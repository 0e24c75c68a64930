// Every close code the server uses or passes on, and what a client does next.
export const closeCodes = {
  normal: { code: 1000, meaning: 'the client closed', client: 'stays-closed' },
  broken: { code: 1002, meaning: 'broken framing', client: 'stays-closed' },
  binary: { code: 1003, meaning: 'a binary frame', client: 'stays-closed' },
  invalidText: { code: 1007, meaning: 'invalid UTF-8', client: 'stays-closed' },
  policy: { code: 1008, meaning: 'too many fragments', client: 'stays-closed' },
  tooLarge: { code: 1009, meaning: 'a frame over the limit', client: 'stays-closed' },
  restarting: { code: 1012, meaning: 'server restarting', client: 'reconnects' },
  overloaded: { code: 1013, meaning: 'server overloaded', client: 'backs-off' },
  violation: { code: 4400, meaning: 'protocol violation', client: 'stays-closed' },
  ended: { code: 4401, meaning: 'session ended by the back end', client: 'stays-closed' },
  silent: { code: 4408, meaning: 'heartbeat missed or reader too slow', client: 'reconnects' },
  flooding: { code: 4429, meaning: 'kept exceeding the rate limits', client: 'backs-off' },
} as const

export type CloseReason = keyof typeof closeCodes

/** Those that the server announces with `session.ending`. */
export const announced: ReadonlySet<CloseReason> = new Set([
  'restarting',
  'overloaded',
  'ended',
  'silent',
  'flooding',
])
