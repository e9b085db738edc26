/**
 * The SQLite files of Cellar: opened with the durability that design chapter 7 asks for, migrated forward only, checked, and
 * when damaged set aside and replaced by the last good backup. One process owns a file at a time.
 */
import { chmodSync, closeSync, existsSync, openSync } from "node:fs";
import type Database from "better-sqlite3";
import { Failure } from "#shared/failure.ts";
import { copyDatabase, isOfUnknownFormat, removeDatabase, restoreBackup, setAside, writeBackup } from "./backup.ts";
import { sqliteDriver } from "./driver.ts";
import { type Migration, migrate, schemaVersion } from "./migrations.ts";

export type { Migration } from "./migrations.ts";
export type { Database };

export type StoreOptions = {
  path: string;
  /** Step n brings schema n to n + 1. Steps are frozen once released; a change is a new step. */
  migrations: readonly Migration[];
  /** Default: `<path>.backup`. */
  backupPath?: string;
  /**
   * `full` (the default): what was committed survives a power cut. `normal`: it survives the end of the process, and no commit waits
   * for the disk.
   */
  durability?: "full" | "normal";
  /** Milliseconds between backups while the file changes. */
  backupEvery?: number;
  /**
   * For an owner that can tell more than SQLite, whose check does not see a changed byte inside a value: false, or any throw, when the
   * content is not what was written. Asked before any migration, of a schema from 1 on.
   */
  check?: (database: Database.Database) => boolean;
};

export type Store = {
  readonly database: Database.Database;
  /** What happened to the file at opening, as sentences for the person; empty when all was well. */
  readonly notices: readonly string[];
  /** Writes the backup now. */
  backup(): void;
  /** Closes the file; one that has no backup of what it holds is backed up first. */
  close(): void;
};

const backupEveryDefault = 30 * 60 * 1000;
/** Until the first backup: whoever starts wants to get ready first. */
const firstBackupAfter = 30_000;

/**
 * Opens or makes the file. Throws `refused` for a schema of a newer Cellar (the file stays untouched), `conflict` when another
 * process holds it, `failed` when it cannot be read or written.
 */
export function openStore(options: StoreOptions): Store {
  const { path, migrations } = options;
  const backupPath = options.backupPath ?? `${path}.backup`;
  const notices: string[] = [];
  let database = openWhole(options, backupPath);
  if (database === null) {
    const aside = setAside(path);
    const restored = restoreBackup(backupPath, path);
    database = restored && openWhole(options, backupPath);
    if (database && restored) {
      notices.push(
        `The database ${path} was damaged. It was set aside as ${aside} and replaced by the backup of ${restored.toISOString()}; later changes are lost.`,
      );
    } else {
      database = openRemains(path, aside, notices);
    }
  }
  try {
    prepare(database, path, migrations, backupPath);
    database.pragma(`synchronous = ${options.durability === "normal" ? "NORMAL" : "FULL"}`);
  } catch (error) {
    database.close();
    throw error;
  }
  return running(database, notices, backupPath, options.backupEvery ?? backupEveryDefault);
}

function running(database: Database.Database, notices: string[], backupPath: string, every: number): Store {
  let backedUpAt: number | null = null;
  const backup = (): void => {
    writeBackup(database, backupPath);
    backedUpAt = changes(database);
  };
  // The older backup stays when a new one cannot be made (a full disk): no reason to end anything.
  const tryBackup = (): void => {
    try {
      backup();
    } catch (error) {
      console.error(`the backup of ${database.name} failed:`, error);
    }
  };
  const backupIfChanged = (): void => {
    if (changes(database) !== backedUpAt) tryBackup();
  };
  // A file that has just passed its check is the best backup there is, changed or not.
  const first = setTimeout(backupIfChanged, firstBackupAfter).unref();
  const timer = setInterval(backupIfChanged, every).unref();
  return {
    database,
    notices,
    backup,
    close() {
      if (!database.open) return;
      clearTimeout(first);
      clearInterval(timer);
      backupIfChanged();
      database.close();
    },
  };
}

/** Rows changed through this connection since it was opened; there is no other one. */
function changes(database: Database.Database): number {
  return database.prepare("SELECT total_changes()").pluck().get() as number;
}

/** What there is without a good backup: the damaged file, when only its owner found fault with it, else a new one. */
function openRemains(path: string, aside: string, notices: string[]): Database.Database {
  setAside(path);
  copyDatabase(aside, path);
  let database = openChecked(path);
  if (database !== null && schemaVersion(database) > 0) {
    notices.push(
      `Parts of the database ${path} are damaged, and there was no good backup. It is used as it is; a copy was set aside as ${aside}.`,
    );
    return database;
  }
  database?.close();
  removeDatabase(path);
  database = openChecked(path);
  if (database === null) throw new Failure("failed", `A new database could not be made at ${path}`);
  notices.push(
    `The database ${path} was damaged and there was no good backup. It was set aside as ${aside}, and a new one was begun.`,
  );
  return database;
}

/** The opened file, or null when it is damaged: by SQLite's check, by its owner's, or because it is empty where a backup says it was not. */
function openWhole({ path, check }: StoreOptions, backupPath: string): Database.Database | null {
  const database = openChecked(path);
  if (database === null) return null;
  if (isWhole(database, check, backupPath)) return database;
  database.close();
  return null;
}

function isWhole(database: Database.Database, check: StoreOptions["check"], backupPath: string): boolean {
  if (schemaVersion(database) === 0) return !existsSync(backupPath);
  try {
    return check === undefined || check(database);
  } catch {
    return false;
  }
}

/** The opened file, or null when it is damaged. */
function openChecked(path: string): Database.Database | null {
  const Driver = sqliteDriver();
  // Made by us first, so that it is never readable by others, whatever the umask.
  if (!existsSync(path)) closeSync(openSync(path, "a", 0o600));
  let database: Database.Database | undefined;
  try {
    database = new Driver(path, { timeout: 2000 });
    database.pragma("journal_mode = WAL");
    const verdict = database.pragma("integrity_check(1)", { simple: true });
    if (verdict === "ok") {
      if (process.platform !== "win32") chmodSync(path, 0o600);
      return database;
    }
    database.close();
    return null;
  } catch (error) {
    database?.close();
    const code = (error as { code?: string }).code ?? "";
    if (/^SQLITE_(CORRUPT|NOTADB|IOERR_SHORT_READ)/.test(code)) return null;
    // What SQLite says to a header that makes no sense to it; it knows no other reason to refuse these few statements so.
    if (code === "SQLITE_ERROR" || (code === "SQLITE_READONLY" && isOfUnknownFormat(path))) return null;
    throw openFailure(path, code, error);
  }
}

function openFailure(path: string, code: string, cause: unknown): Failure {
  if (code.startsWith("SQLITE_BUSY")) {
    return new Failure("conflict", `The database ${path} is in use by another process`, {
      hint: "Another Cellar with the same CELLAR_HOME is running; close it or use another home.",
      cause,
    });
  }
  return new Failure("failed", `The database ${path} could not be opened: ${(cause as Error).message}`, {
    hint: "Check that the folder can be written to and that the disk is not full.",
    cause,
  });
}

function prepare(
  database: Database.Database,
  path: string,
  migrations: readonly Migration[],
  backupPath: string,
): void {
  const version = schemaVersion(database);
  if (version > migrations.length) {
    throw new Failure(
      "refused",
      `${path} was written by a newer Cellar (schema ${version}; this one knows ${migrations.length})`,
      { hint: "Update Cellar, or set CELLAR_HOME to another folder." },
    );
  }
  if (version > 0 && version < migrations.length) writeBackup(database, backupPath);
  // A step that a power cut takes back is done again; the first commit after them all waits for the disk, and so for them.
  database.pragma("synchronous = NORMAL");
  migrate(database, migrations);
  database.pragma("foreign_keys = ON");
}
