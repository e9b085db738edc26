/**
 * One main per home. The lock is SQLite's on an otherwise empty file: the system lets go of it when the process ends, however it ends,
 * so there is no stale lock and no pid to be fooled by.
 */
import { chmodSync } from "node:fs";
import Database from "better-sqlite3";

export type HomeLock = { release(): void };

/** Null when another process holds it. */
export function takeLock(path: string): HomeLock | null {
  const database = new Database(path, { timeout: 0 });
  try {
    if (process.platform !== "win32") chmodSync(path, 0o600);
    database.pragma("journal_mode = MEMORY");
    database.exec("BEGIN EXCLUSIVE");
    return { release: () => database.close() };
  } catch (thrown) {
    database.close();
    if (thrown instanceof Database.SqliteError && thrown.code.startsWith("SQLITE_BUSY")) return null;
    throw thrown;
  }
}
