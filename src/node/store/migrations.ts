/** Numbered, forward-only schema steps. SQLite's `user_version` counts how many have been done. */
import type Database from "better-sqlite3";

export type Migration = string | ((database: Database.Database) => void);

export function schemaVersion(database: Database.Database): number {
  return database.pragma("user_version", { simple: true }) as number;
}

/** Runs the steps that are missing, each in a transaction of its own: a step that fails leaves the schema before it. */
export function migrate(database: Database.Database, migrations: readonly Migration[]): void {
  // Off while tables are rebuilt; what a step leaves dangling is found by the check before its commit.
  database.pragma("foreign_keys = OFF");
  for (let version = schemaVersion(database); version < migrations.length; version++) {
    database.transaction(() => {
      const step = migrations[version]!;
      if (typeof step === "string") database.exec(step);
      else step(database);
      const dangling = database.pragma("foreign_key_check") as unknown[];
      if (dangling.length > 0)
        throw new Error(`schema step ${version + 1} leaves ${dangling.length} dangling references`);
      database.pragma(`user_version = ${version + 1}`);
    })();
  }
}
