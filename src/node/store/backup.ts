/** Files around a database: the last good copy, and what is set aside because it was damaged. */
import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import type Database from "better-sqlite3";

/** A database is up to three files. */
const suffixes = ["", "-wal", "-shm"];

/** Replaces the backup by what the database holds now; the old one stays until the new one is whole. */
export function writeBackup(database: Database.Database, backupPath: string): void {
  const fresh = `${backupPath}.new`;
  rmSync(fresh, { force: true });
  // Made by us first, so that it is never readable by others, whatever the umask.
  closeSync(openSync(fresh, "wx", 0o600));
  database.prepare("VACUUM INTO ?").run(fresh);
  const file = openSync(fresh, "r+");
  try {
    // SQLite does not wait for the disk here, and a name must not come to stand for what is not written yet.
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
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
  for (const suffix of suffixes) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  }
  return aside;
}

/** With its log of what is not in it yet; the index of that log is made anew. */
export function copyDatabase(from: string, to: string): void {
  for (const suffix of ["", "-wal"]) if (existsSync(from + suffix)) copyFileSync(from + suffix, to + suffix);
}

export function removeDatabase(path: string): void {
  for (const suffix of suffixes) rmSync(path + suffix, { force: true });
}

/** Whether the header claims a file format of the future, which makes SQLite take a file for read-only (bytes 18 and 19: 1 or 2). */
export function isOfUnknownFormat(path: string): boolean {
  const file = openSync(path, "r");
  try {
    const header = Buffer.alloc(20);
    readSync(file, header);
    return header.subarray(18).some((version) => version < 1 || version > 2);
  } finally {
    closeSync(file);
  }
}
