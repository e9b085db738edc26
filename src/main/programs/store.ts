/** Versions that programs have said, kept in cellar.db: asking again costs up to seconds, and only a changed file can answer otherwise. */
import type { Database } from "#node/store/index.ts";
import type { VersionAnswer } from "./version.ts";

/** This domain's part of the schema of cellar.db. */
export const programsSchema = `
  CREATE TABLE program_versions (
    path TEXT NOT NULL,
    arguments TEXT NOT NULL,
    file TEXT NOT NULL,
    version TEXT,
    other INTEGER NOT NULL,
    checked_at INTEGER NOT NULL,
    PRIMARY KEY (path, arguments)
  ) STRICT;
`;

/** An answer is asked for again after a day even if the file is the same: a version manager's shim never changes. */
const freshMs = 24 * 60 * 60 * 1000;
/** No version may have been a busy computer: that answer spares the next looks their wait, but not those of tomorrow. */
const freshWithoutVersionMs = 10 * 60 * 1000;

export class VersionStore {
  readonly #database: Database.Database;

  constructor(database: Database.Database) {
    this.#database = database;
  }

  /** `file` names the state of the file (real path, time, size): another state has no answer. */
  get(path: string, args: readonly string[], file: string, now: number): VersionAnswer | null {
    const row = this.#database
      .prepare(
        `SELECT version, other FROM program_versions
         WHERE path = ? AND arguments = ? AND file = ? AND checked_at > iif(version IS NULL, ?, ?)`,
      )
      .get(path, JSON.stringify(args), file, now - freshWithoutVersionMs, now - freshMs) as
      | { version: string | null; other: number }
      | undefined;
    return row === undefined ? null : { version: row.version, other: row.other === 1 };
  }

  set(path: string, args: readonly string[], file: string, answer: VersionAnswer, now: number): void {
    this.#database
      .prepare(
        "INSERT OR REPLACE INTO program_versions (path, arguments, file, version, other, checked_at) VALUES (?, ?, ?, ?, ?, ?)",
      )
      .run(path, JSON.stringify(args), file, answer.version, answer.other ? 1 : 0, now);
  }
}
