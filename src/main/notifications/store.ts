/** Notifications in cellar.db: the newest ones, and the keys of what was told already, so that a restart tells nothing twice. */
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

/** Notifications that are kept. */
export const mostNotifications = 500;
/** Keys that are kept; far more than notifications, because a key outlives its notification being cleared. */
const mostKeys = 20_000;

type Row = {
  id: string;
  kind: Notification["kind"];
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

  constructor(database: Database.Database) {
    this.#database = database;
  }

  /** Oldest first. */
  all(): Notification[] {
    return (this.#database.prepare("SELECT * FROM notifications ORDER BY rowid").all() as Row[]).map((row) => ({
      id: row.id,
      kind: row.kind,
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
    return this.#database.transaction(() => {
      const fresh = this.#database.prepare("INSERT OR IGNORE INTO notified (key) VALUES (?)").run(key).changes === 1;
      if (fresh) {
        this.#database
          .prepare("DELETE FROM notified WHERE rowid <= (SELECT max(rowid) FROM notified) - ?")
          .run(mostKeys);
      }
      return fresh;
    })();
  }

  add(notification: Notification): void {
    this.#database
      .prepare(
        `INSERT INTO notifications (id, kind, title, body, terminal_id, cell_id, workspace_id, about, actions, created_at, seen_at, shown)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        notification.id,
        notification.kind,
        notification.title,
        notification.body,
        notification.terminalId,
        notification.cellId,
        notification.workspaceId,
        notification.about === null ? null : JSON.stringify(notification.about),
        JSON.stringify(notification.actions),
        notification.createdAt,
        notification.seenAt,
        notification.shown ? 1 : 0,
      );
  }

  /** What can change of one: its text when it counts, what can be done, and whether it was seen and shown. */
  update(notifications: Iterable<Notification>): void {
    const statement = this.#database.prepare(
      "UPDATE notifications SET body = ?, actions = ?, seen_at = ?, shown = ? WHERE id = ?",
    );
    this.#database.transaction(() => {
      for (const { id, body, actions, seenAt, shown } of notifications) {
        statement.run(body, JSON.stringify(actions), seenAt, shown ? 1 : 0, id);
      }
    })();
  }

  remove(ids: Iterable<string>): void {
    const statement = this.#database.prepare("DELETE FROM notifications WHERE id = ?");
    this.#database.transaction(() => {
      for (const id of ids) statement.run(id);
    })();
  }
}
