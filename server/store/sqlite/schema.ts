// The tables of the embedded store, and how a file of an earlier version becomes one of this.
import type { Database } from './database.ts'

/** Every step there ever was, in order: a file's `user_version` is how many of them it has seen. Never edit one. */
const migrations = [
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
]

/**
 * Brings a file to the version of this code, in one transaction.
 *
 * @throws an Error whose message ends a sentence, where the file's version is newer than this code
 */
export function migrate(database: Database): void {
  const version = database.get('PRAGMA user_version')?.number('user_version') ?? 0
  if (version > migrations.length) {
    throw new Error(
      `rufer.db is of version ${version} and this Rufer knows versions up to ${migrations.length}: run the newer Rufer that wrote it`,
    )
  }
  if (version === migrations.length) return
  const steps = migrations.slice(version).join('\n')
  database.exec(`BEGIN IMMEDIATE; ${steps} PRAGMA user_version = ${migrations.length}; COMMIT;`)
}
