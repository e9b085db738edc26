/** Workspaces in cellar.db: one row each. A row in deletion is the tombstone that outlives a crash. */
import type { Database } from "#node/store/index.ts";
import type { WorkspaceRecord, WorkspaceRepository } from "./record.ts";

/** A step of cellar.db's schema. */
export const workspacesSchema = `CREATE TABLE workspaces (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  record TEXT NOT NULL
) STRICT`;

export function workspaceRepository(database: Database.Database): WorkspaceRepository {
  const select = database.prepare<[], { record: string }>("SELECT record FROM workspaces");
  const upsert = database.prepare(
    "INSERT INTO workspaces VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name, record = excluded.record",
  );
  const remove = database.prepare("DELETE FROM workspaces WHERE id = ?");
  return {
    all: () => select.all().map((row) => JSON.parse(row.record) as WorkspaceRecord),
    put: (record) => void upsert.run(record.workspace.id, record.workspace.name, JSON.stringify(record)),
    remove: (id) => void remove.run(id),
  };
}
