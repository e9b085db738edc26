/** Files around a database: the last good copy, and what is set aside because it was damaged. */
import { copyFileSync, existsSync, renameSync, rmSync, statSync } from "node:fs";
import type Database from "better-sqlite3";

/** Replaces the backup by what the database holds now; the old one stays until the new one is whole. */
export function writeBackup(database: Database.Database, backupPath: string): void {
  const fresh = `${backupPath}.new`;
  rmSync(fresh, { force: true });
  database.prepare("VACUUM INTO ?").run(fresh);
  renameSync(fresh, backupPath);
}

/** Puts the backup in the place of the database; its time, or null when there is none. */
export function restoreBackup(backupPath: string, path: string): Date | null {
  if (!existsSync(backupPath)) return null;
  copyFileSync(backupPath, path);
  return statSync(backupPath).mtime;
}

/** Renames a damaged database with its side files, so that nothing is lost and nothing is in the way; the new path. */
export function setAside(path: string): string {
  const stamp = new Date().toISOString().replaceAll(":", "-");
  let aside = `${path}.damaged-${stamp}`;
  for (let n = 2; existsSync(aside); n++) aside = `${path}.damaged-${stamp}-${n}`;
  for (const suffix of ["", "-wal", "-shm"]) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  }
  return aside;
}
