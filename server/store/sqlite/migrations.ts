// The tables of the embedded store, and every step by which a file of an earlier version came to have them.

/** Every step there ever was, in order: a file's `user_version` is how many of them it has seen. Never edit one. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE users (
    user_id TEXT PRIMARY KEY,
    display_name TEXT NOT NULL,
    avatar_url TEXT,
    last_seen_at TEXT,
    online_at TEXT -- when they came online, while they are
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE lease (id INTEGER PRIMARY KEY CHECK (id = 1), renewed_at TEXT NOT NULL) STRICT;

  CREATE TABLE conversations (
    conversation_id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    seq INTEGER NOT NULL,
    rev INTEGER NOT NULL,
    updated_at TEXT NOT NULL,
    latest_at TEXT NOT NULL -- no later change of the conversation has an earlier instant
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE members (
    conversation_id TEXT NOT NULL REFERENCES conversations,
    user_id TEXT NOT NULL REFERENCES users,
    updated_at TEXT NOT NULL, -- the conversation's, for an indexed list
    delivered_seq INTEGER NOT NULL DEFAULT 0,
    delivered_at TEXT,
    read_seq INTEGER NOT NULL DEFAULT 0,
    read_at TEXT,
    PRIMARY KEY (conversation_id, user_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX members_listed ON members (user_id, updated_at DESC, conversation_id);

  CREATE TABLE messages (
    id TEXT NOT NULL UNIQUE,
    conversation_id TEXT NOT NULL REFERENCES conversations,
    seq INTEGER NOT NULL,
    rev INTEGER NOT NULL,
    sender_id TEXT NOT NULL REFERENCES users,
    created_at TEXT NOT NULL,
    text TEXT NOT NULL,
    UNIQUE (conversation_id, seq),
    UNIQUE (conversation_id, rev)
  ) STRICT;
  CREATE INDEX messages_sent ON messages (conversation_id, sender_id, seq);

  CREATE TABLE receipts (
    conversation_id TEXT NOT NULL REFERENCES conversations,
    rev INTEGER NOT NULL,
    user_id TEXT NOT NULL REFERENCES users,
    delivered_seq INTEGER NOT NULL,
    delivered_at TEXT,
    read_seq INTEGER NOT NULL,
    read_at TEXT,
    PRIMARY KEY (conversation_id, rev)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX receipts_delivered ON receipts (conversation_id, user_id, delivered_seq, delivered_at);
  CREATE INDEX receipts_read ON receipts (conversation_id, user_id, read_seq, read_at);

  CREATE TABLE secrets (
    id INTEGER PRIMARY KEY, -- their order
    hash TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users,
    expires_at TEXT NOT NULL,
    parent_hash TEXT
  ) STRICT;
  CREATE INDEX secrets_held ON secrets (user_id, kind);
  CREATE INDEX secrets_parent ON secrets (parent_hash);
  CREATE INDEX secrets_expiry ON secrets (expires_at);

  CREATE TABLE buckets (
    user_id TEXT NOT NULL REFERENCES users,
    kind TEXT NOT NULL,
    tokens REAL NOT NULL,
    at INTEGER NOT NULL, -- milliseconds
    PRIMARY KEY (user_id, kind)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice, so that a place in the feed stays one
    at TEXT NOT NULL,
    payload TEXT NOT NULL
  ) STRICT;
  CREATE INDEX changes_age ON changes (at);
  `,
  // A message is written into two places of the file beside its end, and no longer into four: its rev follows from its seq
  // and the receipts before it, and only those messages are indexed by sender that say something of what was read. Changes
  // are forgotten in their own order, so nothing needs to know their age in another one.
  `
  DROP INDEX changes_age;

  ALTER TABLE messages RENAME TO messages_before;
  CREATE TABLE messages (
    conversation_id TEXT NOT NULL REFERENCES conversations,
    seq INTEGER NOT NULL,
    rev INTEGER NOT NULL,
    id TEXT NOT NULL UNIQUE,
    sender_id TEXT NOT NULL REFERENCES users,
    created_at TEXT NOT NULL,
    overtakes INTEGER NOT NULL, -- 1 where its sender had not read all before it, so that it moved their markers over others' messages
    text TEXT NOT NULL,
    UNIQUE (conversation_id, seq)
  ) STRICT;
  INSERT INTO messages SELECT conversation_id, seq, rev, id, sender_id, created_at, 1, text
    FROM messages_before ORDER BY rowid;
  DROP TABLE messages_before;
  CREATE INDEX messages_overtaking ON messages (conversation_id, sender_id, seq) WHERE overtakes = 1;

  ALTER TABLE receipts RENAME TO receipts_before;
  CREATE TABLE receipts (
    conversation_id TEXT NOT NULL REFERENCES conversations,
    rev INTEGER NOT NULL,
    seq INTEGER NOT NULL, -- the conversation's at that rev
    user_id TEXT NOT NULL REFERENCES users,
    delivers INTEGER NOT NULL, -- 1 where it moved the marker of what was delivered
    delivered_seq INTEGER NOT NULL,
    delivered_at TEXT,
    reads INTEGER NOT NULL, -- 1 where it moved the marker of what was read
    read_seq INTEGER NOT NULL,
    read_at TEXT,
    PRIMARY KEY (conversation_id, rev)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO receipts
    SELECT conversation_id, rev, rev - row_number() OVER (PARTITION BY conversation_id ORDER BY rev), user_id,
      1, delivered_seq, delivered_at, read_seq > 0, read_seq, read_at
    FROM receipts_before;
  DROP TABLE receipts_before;
  CREATE INDEX receipts_delivered ON receipts (conversation_id, user_id, delivered_seq, delivered_at) WHERE delivers = 1;
  CREATE INDEX receipts_read ON receipts (conversation_id, user_id, read_seq, read_at) WHERE reads = 1;
  `,
  // A user's conversations in an order that does not change, for an export that is taken up again.
  'CREATE INDEX members_of ON members (user_id, conversation_id);',
  `
  CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- their order
    event_id TEXT NOT NULL UNIQUE DEFAULT (lower(hex(randomblob(16)))),
    topic TEXT NOT NULL, -- a conversation, or a user's presence; its events are told one after the other
    at TEXT NOT NULL,
    payload TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    failed_since TEXT,
    next_at TEXT,
    dead_at TEXT, -- when it was given up
    reason TEXT -- of the last failure
  ) STRICT;
  CREATE INDEX outbox_topics ON outbox (topic, id);
  CREATE INDEX outbox_waiting ON outbox (id) WHERE dead_at IS NULL;
  CREATE INDEX outbox_dead ON outbox (id) WHERE dead_at IS NOT NULL;
  `,
  // Users are erased, and with them the texts of their messages, each of which takes a rev of its conversation.
  `
  ALTER TABLE users ADD COLUMN erased_at TEXT; -- nobody is behind the id since then
  CREATE INDEX users_erased ON users (user_id) WHERE erased_at IS NOT NULL;

  ALTER TABLE messages ADD COLUMN updated_rev INTEGER; -- the rev that changed it
  ALTER TABLE messages ADD COLUMN updated_seq INTEGER; -- the conversation's seq at that rev
  ALTER TABLE messages ADD COLUMN deleted_at TEXT;
  CREATE INDEX messages_updated ON messages (conversation_id, updated_rev, updated_seq) WHERE updated_rev IS NOT NULL;

  CREATE TABLE erasures (
    user_id TEXT PRIMARY KEY REFERENCES users,
    stage TEXT NOT NULL, -- what is gone through: messages, changes, outbox, the file; then done
    after TEXT NOT NULL, -- the last of them that was
    seq INTEGER NOT NULL, -- up to there the conversation behind it was
    messages INTEGER NOT NULL -- that were emptied
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX erasures_begun ON erasures (user_id) WHERE stage <> 'done';
  `,
]
