// Every limit: the ones that are settings with their defaults, and the ones that are fixed.

/** Settings; a rate or count of 0 is off, sizes are 1 or more. `integer` ones are counts and sizes, the others rates. */
export const limits = {
  frameBytes: {
    setting: 'RUFER_LIMIT_FRAME_BYTES',
    standard: 65_536,
    least: 1,
    kind: 'integer',
    meaning: 'bytes of one frame',
  },
  textLength: {
    setting: 'RUFER_LIMIT_TEXT_LENGTH',
    standard: 10_000,
    least: 1,
    // one message, twice over and escaped, must fit into a reply
    most: 20_000,
    kind: 'integer',
    meaning: 'code points of a message',
  },
  requestsPerSecond: {
    setting: 'RUFER_LIMIT_REQUESTS_PER_SECOND',
    standard: 20,
    least: 0,
    kind: 'rate',
    meaning: 'requests a second a connection',
  },
  requestsBurst: {
    setting: 'RUFER_LIMIT_REQUESTS_BURST',
    standard: 60,
    least: 1,
    kind: 'integer',
    meaning: 'requests at once a connection',
  },
  messagesPerSecond: {
    setting: 'RUFER_LIMIT_MESSAGES_PER_SECOND',
    standard: 10,
    least: 0,
    kind: 'rate',
    meaning: 'messages a second a user',
  },
  messagesBurst: {
    setting: 'RUFER_LIMIT_MESSAGES_BURST',
    standard: 40,
    least: 1,
    kind: 'integer',
    meaning: 'messages at once a user',
  },
  connectionsPerUser: {
    setting: 'RUFER_LIMIT_CONNECTIONS_PER_USER',
    standard: 20,
    least: 0,
    kind: 'integer',
    meaning: 'connections a user',
  },
  connections: {
    setting: 'RUFER_LIMIT_CONNECTIONS',
    standard: 50_000,
    least: 0,
    kind: 'integer',
    meaning: 'connections of the process',
  },
  connectionsPerAddress: {
    setting: 'RUFER_LIMIT_CONNECTIONS_PER_ADDRESS',
    standard: 1_000,
    least: 0,
    kind: 'integer',
    meaning: 'connections an address',
  },
  upgradesPerSecond: {
    setting: 'RUFER_LIMIT_UPGRADES_PER_SECOND',
    standard: 100,
    least: 0,
    kind: 'rate',
    meaning: 'upgrades a second an address',
  },
  upgradesBurst: {
    setting: 'RUFER_LIMIT_UPGRADES_BURST',
    standard: 500,
    least: 1,
    kind: 'integer',
    meaning: 'upgrades at once an address',
  },
  waitingRequests: {
    setting: 'RUFER_LIMIT_WAITING_REQUESTS',
    standard: 64,
    least: 1,
    kind: 'integer',
    meaning: 'requests waiting a connection',
  },
  unsentBytes: {
    setting: 'RUFER_LIMIT_UNSENT_BYTES',
    standard: 1_048_576,
    least: 1,
    kind: 'integer',
    meaning: 'unsent bytes a connection',
  },
  tokensPerMinute: {
    setting: 'RUFER_LIMIT_TOKENS_PER_MINUTE',
    standard: 50,
    least: 0,
    kind: 'rate',
    meaning: 'session tokens a minute a user',
  },
  unusedTokens: {
    setting: 'RUFER_LIMIT_UNUSED_TOKENS',
    standard: 20,
    least: 0,
    kind: 'integer',
    meaning: 'unused session tokens a user',
  },
  wrongKeysPerMinute: {
    setting: 'RUFER_LIMIT_WRONG_KEYS_PER_MINUTE',
    standard: 20,
    least: 0,
    kind: 'rate',
    meaning: 'wrong secret keys a minute an address',
  },
} as const

export type LimitName = keyof typeof limits
export type Limits = Record<LimitName, number>

export function isLimitName(name: string): name is LimitName {
  return Object.hasOwn(limits, name)
}

/** The most items of a page of messages or conversations. */
export const PAGE_SIZE = 100
/** The most items a conversation in one `conversation.sync`. */
export const SYNC_ITEMS = 500
/** The most conversations in one `conversation.sync`. */
export const SYNC_CONVERSATIONS = 200
/** The most users in one `presence.watch`. */
export const WATCH_AT_ONCE = 500
/** The most users one connection watches. */
export const WATCHED = 10_000
/** No reply is larger: a page ends early instead. */
export const REPLY_BYTES = 262_144
/** The next request of a connection starts only when less is unsent. */
export const UNSENT_BEFORE_NEXT = 262_144
/** Levels of nesting in a frame; its own object is the first. */
export const FRAME_DEPTH = 8
/** An HTTP body is not larger. */
export const BODY_BYTES = 65_536
/** A typing sign ends by itself after this long without another start. */
export const TYPING_MS = 3_000
/** A user's typing is relayed once in this time, a conversation. */
export const TYPING_RELAY_MS = 1_000
/** A user is offline this long after the last connection ended. */
export const OFFLINE_GRACE_MS = 1_000
/** Refusals for their rate in `FLOOD_WINDOW_MS` that end the connection with 4429. */
export const FLOOD_REFUSALS = 100
export const FLOOD_WINDOW_MS = 10_000
/** Without progress for this long a reader is too slow. */
export const STALLED_MS = 10_000
