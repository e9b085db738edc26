/** Notifications in cellar.db: the newest ones, and the keys of what was told already, so that a restart tells nothing twice. What changes is gathered. */
import type { Database } from "#node/store/index.ts";
import type { Notification } from "#shared/contract/notifications.ts";

/** This domain's part of the schema of cellar.db. */
export const notificationsSchema = `
  CREATE TABLE notifications (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    terminal_id TEXT,
    cell_id TEXT,
    workspace_id TEXT,
    created_at TEXT NOT NULL,
    seen_at TEXT,
    shown INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE notified (key TEXT PRIMARY KEY) STRICT;
`;

/** What a notification is about and what can be done from it, as JSON. */
export const notificationActionsSchema = `
  ALTER TABLE notifications ADD COLUMN about TEXT;
  ALTER TABLE notifications ADD COLUMN actions TEXT NOT NULL DEFAULT '[]';
`;

/** How that is which one tells of. What was told before keeps what its kind alone says. */
export const notificationStateSchema = `
  ALTER TABLE notifications ADD COLUMN state TEXT NOT NULL DEFAULT 'unknown';
  UPDATE notifications SET state = CASE kind
    WHEN 'cell-timeout' THEN 'held'
    WHEN 'notify' THEN 'waiting'
    WHEN 'program' THEN 'waiting'
    WHEN 'bell' THEN 'waiting'
    WHEN 'agent-waiting' THEN 'waiting'
    WHEN 'agent-permission' THEN 'permission'
    WHEN 'agent-done' THEN 'done'
    WHEN 'agent-failed' THEN 'failed'
    WHEN 'gateway-asks' THEN 'permission'
    WHEN 'broker-limit' THEN 'permission'
    WHEN 'bottle-asks' THEN 'permission'
    WHEN 'git-push-asks' THEN 'permission'
    ELSE 'unknown' END;
`;

/** Milliseconds between a change and its being written: a thousand bells are one write. */
const writeDelayMs = 250;
const retryMs = 10_000;
/** Notifications that are kept. */
export const mostNotifications = 500;
/** Keys that are kept; far more than notifications, because a key outlives its notification being cleared. */
const mostKeys = 20_000;

type Row = {
  id: string;
  kind: Notification["kind"];
  state: Notification["state"];
  title: string;
  body: string;
  terminal_id: string | null;
  cell_id: string | null;
  workspace_id: string | null;
  about: string | null;
  actions: string;
  created_at: string;
  seen_at: string | null;
  shown: number;
};

export class NotificationStore {
  readonly #database: Database.Database;
  readonly #statements = new Map<string, Database.Statement>();
  readonly #keys = new Set<string>();
  readonly #put = new Map<string, Notification>();
  readonly #removed = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(database: Database.Database) {
    this.#database = database;
  }

  /** Oldest first. */
  all(): Notification[] {
    return (this.#database.prepare("SELECT * FROM notifications ORDER BY rowid").all() as Row[]).map((row) => ({
      id: row.id,
      kind: row.kind,
      state: row.state,
      title: row.title,
      body: row.body,
      terminalId: row.terminal_id,
      cellId: row.cell_id,
      workspaceId: row.workspace_id,
      about: row.about === null ? null : JSON.parse(row.about),
      actions: JSON.parse(row.actions),
      createdAt: row.created_at,
      seenAt: row.seen_at,
      shown: row.shown === 1,
    }));
  }

  /** False when this was told before. */
  claim(key: string): boolean {
    if (this.#keys.has(key)) return false;
    if (this.#statement("SELECT 1 FROM notified WHERE key = ?").get(key) !== undefined) return false;
    this.#keys.add(key);
    this.#soon();
    return true;
  }

  /** Adds it, or changes what can change of one: its text when it counts, what can be done, and whether it was seen and shown. */
  put(notification: Notification): void {
    this.#put.set(notification.id, notification);
    this.#soon();
  }

  remove(ids: Iterable<string>): void {
    for (const id of ids) {
      this.#put.delete(id);
      this.#removed.add(id);
    }
    this.#soon();
  }

  /** Writes what has gathered, in one transaction: a key and its notification are both there, or neither is and it is told again. */
  write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#database.transaction(() => {
      for (const key of this.#keys) this.#statement("INSERT OR IGNORE INTO notified (key) VALUES (?)").run(key);
      if (this.#keys.size > 0) {
        this.#statement("DELETE FROM notified WHERE rowid <= (SELECT max(rowid) FROM notified) - ?").run(mostKeys);
      }
      for (const id of this.#removed) this.#statement("DELETE FROM notifications WHERE id = ?").run(id);
      for (const notification of this.#put.values()) this.#save(notification);
    })();
    this.#keys.clear();
    this.#removed.clear();
    this.#put.clear();
  }

  #save(note: Notification): void {
    const { id, kind, state, title, body, terminalId, cellId, workspaceId, about } = note;
    const { actions, createdAt, seenAt, shown } = note;
    this.#statement(
      `INSERT INTO notifications (id, kind, state, title, body, terminal_id, cell_id, workspace_id, about, actions, created_at, seen_at, shown)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET body = excluded.body, actions = excluded.actions, seen_at = excluded.seen_at, shown = excluded.shown`,
    ).run(
      ...[id, kind, state, title, body, terminalId, cellId, workspaceId, about && JSON.stringify(about)],
      ...[JSON.stringify(actions), createdAt, seenAt, shown ? 1 : 0],
    );
  }

  /** Each is made once. */
  #statement(sql: string): Database.Statement {
    const statement = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  /** On a disk that is full nobody is to be told less: it is all in memory, and written when there is room. */
  #writeOrWait(): void {
    try {
      this.write();
    } catch {
      this.#timer = setTimeout(() => this.#writeOrWait(), retryMs);
    }
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => this.#writeOrWait(), writeDelayMs);
  }
}
