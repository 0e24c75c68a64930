// The rules that hold between rows, each as the query for what breaks it: a place, mostly a conversation, and what is wrong.

export interface Rule {
  name: string
  /** gives rows of `place` and `fault` */
  faults: string
}

export const rules: readonly Rule[] = [
  {
    name: 'references lead to what exists',
    faults: `SELECT 'table ' || "table" AS place, 'refers to ' || parent || ' that are not there' AS fault
      FROM pragma_foreign_key_check`,
  },
  {
    name: 'every conversation has two members',
    faults: `SELECT c.conversation_id AS place, 'has ' || count(m.user_id) || ' members' AS fault
      FROM conversations c LEFT JOIN members m USING (conversation_id)
      GROUP BY c.conversation_id HAVING count(m.user_id) <> 2`,
  },
  {
    name: 'every sender and every reader is a member',
    faults: `SELECT conversation_id AS place, told || ' is by ' || user_id || ', who is no member' AS fault
      FROM (
        SELECT conversation_id, 'message ' || seq AS told, sender_id AS user_id FROM messages
        UNION ALL SELECT conversation_id, 'receipt ' || rev, user_id FROM receipts)
      WHERE (conversation_id, user_id) NOT IN (SELECT conversation_id, user_id FROM members)`,
  },
  {
    name: 'seq has no holes',
    faults: `SELECT c.conversation_id AS place,
        'is at seq ' || c.seq || ' and has ' || count(m.seq) || ' messages up to ' || coalesce(max(m.seq), 0) AS fault
      FROM conversations c LEFT JOIN messages m USING (conversation_id)
      GROUP BY c.conversation_id
      HAVING count(m.seq) <> c.seq OR coalesce(max(m.seq), 0) <> c.seq OR coalesce(min(m.seq), 1) <> 1`,
  },
  {
    name: 'rev has no holes',
    faults: `SELECT c.conversation_id AS place,
        'is at rev ' || c.rev || ' and has ' || count(DISTINCT r.rev) || ' changes up to ' || coalesce(max(r.rev), 0) AS fault
      FROM conversations c LEFT JOIN (
        SELECT conversation_id, rev FROM messages UNION ALL SELECT conversation_id, rev FROM receipts
        UNION ALL SELECT conversation_id, updated_rev FROM messages WHERE updated_rev IS NOT NULL
      ) r USING (conversation_id)
      GROUP BY c.conversation_id
      HAVING count(r.rev) <> c.rev OR count(DISTINCT r.rev) <> c.rev
        OR coalesce(max(r.rev), 0) <> c.rev OR coalesce(min(r.rev), 1) <> 1`,
  },
  {
    name: 'messages are in the order of their instants, and the list tells of the last',
    faults: `SELECT conversation_id AS place, 'message ' || seq || ' is older than the one before it' AS fault
      FROM (SELECT conversation_id, seq, created_at, lag(created_at) OVER (
        PARTITION BY conversation_id ORDER BY seq) AS before FROM messages)
      WHERE created_at < before
      UNION ALL
      SELECT c.conversation_id, 'is listed at another instant than its last message'
      FROM conversations c JOIN members o USING (conversation_id)
        LEFT JOIN messages m ON m.conversation_id = c.conversation_id AND m.seq = c.seq
      WHERE o.updated_at <> c.updated_at OR m.created_at <> c.updated_at`,
  },
  {
    name: 'markers are within bounds: 0 <= read <= delivered <= seq',
    faults: `SELECT conversation_id AS place,
        user_id || ' is at read ' || read_seq || ', delivered ' || delivered_seq || ' of ' || seq AS fault
      FROM members JOIN conversations USING (conversation_id)
      WHERE NOT (0 <= read_seq AND read_seq <= delivered_seq AND delivered_seq <= seq)
        OR (read_seq > 0) <> (read_at IS NOT NULL) OR (delivered_seq > 0) <> (delivered_at IS NOT NULL)`,
  },
  {
    name: 'markers are where receipts and own messages moved them',
    faults: `SELECT conversation_id AS place, user_id || ' is at read ' || read_seq || ', delivered ' || delivered_seq
        || ', and was moved to ' || max(own, read_told) || ', ' || max(own, delivered_told) AS fault
      FROM (SELECT o.*,
        coalesce((SELECT max(seq) FROM messages m
          WHERE m.conversation_id = o.conversation_id AND m.sender_id = o.user_id), 0) AS own,
        coalesce((SELECT max(read_seq) FROM receipts r
          WHERE r.conversation_id = o.conversation_id AND r.user_id = o.user_id), 0) AS read_told,
        coalesce((SELECT max(delivered_seq) FROM receipts r
          WHERE r.conversation_id = o.conversation_id AND r.user_id = o.user_id), 0) AS delivered_told
        FROM members o)
      WHERE read_seq <> max(own, read_told) OR delivered_seq <> max(own, delivered_told)`,
  },
  {
    name: 'receipts only moved forward',
    faults: `SELECT conversation_id AS place, 'receipt ' || rev || ' of ' || user_id || ' moved back' AS fault
      FROM (SELECT *,
        lag(read_seq, 1, 0) OVER own AS read_before, lag(delivered_seq, 1, 0) OVER own AS delivered_before
        FROM receipts WINDOW own AS (PARTITION BY conversation_id, user_id ORDER BY rev))
      WHERE read_seq < read_before OR delivered_seq < delivered_before OR read_seq > delivered_seq`,
  },
  {
    name: 'the seq at a receipt or an update is that of the messages before it',
    faults: `SELECT conversation_id AS place, told || rev || ' tells seq ' || seq || ', and ' || before || ' messages are before it' AS fault
      FROM (SELECT *, rev - row_number() OVER (PARTITION BY conversation_id ORDER BY rev) AS before FROM (
        SELECT conversation_id, 'receipt ' AS told, rev, seq FROM receipts
        UNION ALL SELECT conversation_id, 'update ', updated_rev, updated_seq FROM messages WHERE updated_rev IS NOT NULL))
      WHERE seq <> before`,
  },
  {
    name: 'what was deleted has no text, and was told',
    faults: `SELECT conversation_id AS place, 'message ' || seq || ' was deleted, and has a text or no update' AS fault
      FROM messages WHERE deleted_at IS NOT NULL AND (text <> '' OR updated_rev IS NULL)`,
  },
  {
    name: 'whose erasure is done has left no text',
    faults: `SELECT m.conversation_id AS place, 'message ' || m.seq || ' of ' || m.sender_id || ' has a text' AS fault
      FROM messages m JOIN erasures e ON e.user_id = m.sender_id WHERE e.stage = 'done' AND m.text <> ''`,
  },
  {
    name: 'unread counts equal a full count',
    faults: `SELECT o.conversation_id AS place,
        o.user_id || ' is told ' || (c.seq - o.read_seq) || ' unread, counted are ' || count(m.seq) AS fault
      FROM members o JOIN conversations c USING (conversation_id)
        LEFT JOIN messages m ON m.conversation_id = o.conversation_id AND m.seq > o.read_seq AND m.sender_id <> o.user_id
      GROUP BY o.conversation_id, o.user_id HAVING count(m.seq) <> c.seq - o.read_seq`,
  },
  {
    name: 'changes tell of what exists, and only to members',
    faults: `SELECT coalesce(conversation_id, 'of change ' || id) AS place, 'change ' || id || ' (' || coalesce(kind, 'unknown')
        || ') tells of what is not there, or to somebody else' AS fault
      FROM (SELECT id, payload, payload ->> 'kind' AS kind, payload ->> 'conversationId' AS conversation_id FROM changes) f
      WHERE coalesce(CASE kind
        WHEN 'conversation.updated' THEN EXISTS (
          SELECT 1 FROM conversations c WHERE c.conversation_id = f.conversation_id AND c.rev >= payload ->> '$.conversation.rev')
        WHEN 'message.created' THEN EXISTS (
          SELECT 1 FROM messages m WHERE m.id = payload ->> '$.message.id' AND m.conversation_id = f.conversation_id
            AND m.seq = payload ->> '$.message.seq' AND m.rev = payload ->> '$.message.rev')
        WHEN 'message.updated' THEN EXISTS (
          SELECT 1 FROM messages m WHERE m.id = payload ->> '$.message.id' AND m.conversation_id = f.conversation_id
            AND m.updated_rev >= payload ->> '$.message.rev')
        WHEN 'receipt.updated' THEN EXISTS (
          SELECT 1 FROM receipts r WHERE r.conversation_id = f.conversation_id
            AND r.rev = payload ->> '$.receipt.rev' AND r.user_id = payload ->> '$.receipt.userId')
        END, 0) = 0
      OR EXISTS (SELECT 1 FROM json_each(payload, '$.recipients') WHERE value NOT IN (
          SELECT user_id FROM members o WHERE o.conversation_id = f.conversation_id))`,
  },
]
