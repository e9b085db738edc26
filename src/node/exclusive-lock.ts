/**
 * A lock that one process on this computer holds at a time, and that the system frees however that process ends. SQLite's lock
 * on a file is one on every platform, so it is used for that and nothing else.
 */
import type Database from "better-sqlite3";
import { sqliteDriver } from "./store/driver.ts";

export type ExclusiveLock = { release(): void };

/** Null when another process holds it. The file is made when missing, and stays. */
export function takeExclusiveLock(path: string): ExclusiveLock | null {
  const Driver = sqliteDriver();
  let database: Database.Database | undefined;
  try {
    database = new Driver(path, { timeout: 0 });
    database.pragma("journal_mode = OFF");
    database.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    database?.close();
    if (String((error as { code?: string }).code).startsWith("SQLITE_BUSY")) return null;
    throw error;
  }
  const held = database;
  return { release: () => held.close() };
}
