/**
 * vault.db: what is stored, as SQLite keeps it. Everything here is unreadable without the data key; this file knows only rows.
 *
 * A checksum over all content, changed in the same transaction, tells damage (a changed byte, a file cut short) from a wrong passphrase
 * before anybody is asked for one. It is no secret: deliberate changes are found by the seals inside. Every change is in the backup before
 * it is answered, so that damage to either file loses nothing.
 */
import { createHash, randomBytes } from "node:crypto";
import { type Database, openStore, type Store } from "#node/store/index.ts";
import { Failure } from "#shared/failure.ts";

export type ItemKind = "secret" | "git";

export type Item = {
  kind: ItemKind;
  name: string;
  revision: number;
  /** What is known of it without the key, as JSON. Bound to the box: changed, the box does not open any more. */
  meta: string;
  box: Buffer;
  createdAt: string;
  changedAt: string;
};

/** The one row that says how to get at the rest. `wrap` is null before the vault is set up. */
export type Header = { vaultId: string; wrap: string | null; manifest: Buffer | null };

export type UseRow = { kind: ItemKind; name: string; usedBy: string; lastUsedAt: string; times: number };

/** Frozen in every later schema: `vault` with `id` and `schema`, by which an older Cellar sees that a file is whole and not its own. */
const schema = (database: Database.Database): void => {
  database.exec(`
    CREATE TABLE vault (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      schema INTEGER NOT NULL,
      vault_id TEXT NOT NULL,
      wrap TEXT,
      manifest BLOB,
      checksum TEXT NOT NULL
    ) STRICT;
    CREATE TABLE items (
      kind TEXT NOT NULL,
      name TEXT NOT NULL,
      revision INTEGER NOT NULL,
      meta TEXT NOT NULL,
      box BLOB NOT NULL,
      created_at TEXT NOT NULL,
      changed_at TEXT NOT NULL,
      PRIMARY KEY (kind, name)
    ) STRICT;
    CREATE TABLE uses (
      kind TEXT NOT NULL,
      name TEXT NOT NULL,
      used_by TEXT NOT NULL,
      last_used_at TEXT NOT NULL,
      times INTEGER NOT NULL,
      PRIMARY KEY (kind, name, used_by)
    ) STRICT;
  `);
  database
    .prepare("INSERT INTO vault (id, schema, vault_id, checksum) VALUES (1, 1, ?, '')")
    .run(randomBytes(16).toString("hex"));
  database.prepare("UPDATE vault SET checksum = ?").run(checksumOf(database));
};
const migrations = [schema];

/** Users kept of one secret; the oldest go first. */
export const usersKept = 20;

export class VaultFile {
  readonly path: string;
  readonly #store: Store;
  readonly #item: Database.Statement<[ItemKind, string], Item>;
  /** Why the last backup could not be made; null when it could. */
  backupProblem: string | null = null;

  constructor(path: string) {
    this.path = path;
    this.#store = openStore({ path, migrations, durability: "full", check: isAsWritten });
    // What is replaced is overwritten with zeros, not left in free pages.
    this.#store.database.pragma("secure_delete = ON");
    this.#item = this.#store.database.prepare(`SELECT ${itemColumns} FROM items WHERE kind = ? AND name = ?`);
  }

  get notices(): readonly string[] {
    return this.#store.notices;
  }

  /** Whether what is there is what was written last, whoever looks. */
  get isAsWritten(): boolean {
    return isAsWritten(this.#store.database);
  }

  header(): Header {
    const row = this.#store.database.prepare("SELECT vault_id, wrap, manifest FROM vault").get() as {
      vault_id: string;
      wrap: string | null;
      manifest: Buffer | null;
    };
    return { vaultId: row.vault_id, wrap: row.wrap, manifest: row.manifest };
  }

  items(kind?: ItemKind): Item[] {
    const where = kind === undefined ? "" : "WHERE kind = ?";
    return this.#store.database
      .prepare(`SELECT ${itemColumns} FROM items ${where} ORDER BY name`)
      .all(...(kind === undefined ? [] : [kind])) as Item[];
  }

  item(kind: ItemKind, name: string): Item | null {
    return this.#item.get(kind, name) ?? null;
  }

  uses(): UseRow[] {
    return this.#store.database
      .prepare(
        "SELECT kind, name, used_by AS usedBy, last_used_at AS lastUsedAt, times FROM uses ORDER BY last_used_at DESC",
      )
      .all() as UseRow[];
  }

  /** All of it or nothing. When this returns it is on the disk, and in the backup unless {@link backupProblem} says why not. */
  change(change: { header?: Partial<Header>; put?: readonly Item[]; remove?: readonly Pick<Item, "kind" | "name">[] }) {
    const { database } = this.#store;
    this.#write(() => {
      const { wrap, manifest } = change.header ?? {};
      if (wrap !== undefined) database.prepare("UPDATE vault SET wrap = ?").run(wrap);
      if (manifest !== undefined) database.prepare("UPDATE vault SET manifest = ?").run(manifest);
      for (const { kind, name } of change.remove ?? []) {
        database.prepare("DELETE FROM items WHERE kind = ? AND name = ?").run(kind, name);
        database.prepare("DELETE FROM uses WHERE kind = ? AND name = ?").run(kind, name);
      }
      for (const each of change.put ?? []) {
        database
          .prepare(
            `INSERT OR REPLACE INTO items (kind, name, revision, meta, box, created_at, changed_at)
             VALUES (@kind, @name, @revision, @meta, @box, @createdAt, @changedAt)`,
          )
          .run(each);
      }
      database.prepare("UPDATE vault SET checksum = ?").run(checksumOf(database));
    });
    this.#backUp();
  }

  /** Notes uses; not waited for by a backup, because nothing depends on them. */
  noteUses(rows: readonly UseRow[]): void {
    const { database } = this.#store;
    this.#write(() => {
      for (const row of rows) {
        database
          .prepare(
            `INSERT INTO uses (kind, name, used_by, last_used_at, times) VALUES (@kind, @name, @usedBy, @lastUsedAt, @times)
             ON CONFLICT (kind, name, used_by) DO UPDATE SET last_used_at = excluded.last_used_at, times = times + excluded.times`,
          )
          .run(row);
        database
          .prepare(
            `DELETE FROM uses WHERE kind = @kind AND name = @name AND used_by NOT IN (
               SELECT used_by FROM uses WHERE kind = @kind AND name = @name ORDER BY last_used_at DESC LIMIT ${usersKept})`,
          )
          .run({ kind: row.kind, name: row.name });
      }
    });
  }

  close(): void {
    this.#store.close();
  }

  #write(work: () => void): void {
    try {
      this.#store.database.transaction(work).immediate();
    } catch (error) {
      throw writeFailure(this.path, error);
    }
    try {
      // What was replaced leaves the log as well. When it cannot be done now (a full disk), the next change does it.
      this.#store.database.pragma("wal_checkpoint(TRUNCATE)");
    } catch {}
  }

  #backUp(): void {
    try {
      this.#store.backup();
      this.backupProblem = null;
    } catch (error) {
      this.backupProblem = `The last change of the vault is stored, but its backup could not be written: ${(error as Error).message}.`;
    }
  }
}

const itemColumns = "kind, name, revision, meta, box, created_at AS createdAt, changed_at AS changedAt";

function writeFailure(path: string, error: unknown): Failure {
  const code = String((error as { code?: string }).code ?? "");
  const why = code === "SQLITE_FULL" ? "the disk is full" : (error as Error).message;
  return new Failure("failed", `the vault could not be written: ${why}`, {
    hint: `Nothing was changed. Check the disk of ${path} and try again.`,
    cause: error,
  });
}

function isAsWritten(database: Database.Database): boolean {
  const version = database.pragma("user_version", { simple: true });
  const header = database.prepare("SELECT schema FROM vault WHERE id = 1").get() as { schema: number } | undefined;
  if (header === undefined || header.schema !== version) return false;
  // A later Cellar's: not ours to judge, and opening refuses it.
  if (header.schema > migrations.length) return true;
  const written = database.prepare("SELECT checksum FROM vault").pluck().get();
  database.prepare("SELECT kind, name, used_by, last_used_at, times FROM uses").all();
  return written === checksumOf(database);
}

function checksumOf(database: Database.Database): string {
  const hash = createHash("sha256");
  const add = (row: unknown[]): void => {
    hash.update(JSON.stringify(row.map((each) => (Buffer.isBuffer(each) ? each.toString("base64") : each))));
  };
  for (const row of database.prepare("SELECT schema, vault_id, wrap, manifest FROM vault").raw().all()) {
    add(row as unknown[]);
  }
  for (const row of database.prepare(`SELECT ${itemColumns} FROM items ORDER BY kind, name`).raw().all()) {
    add(row as unknown[]);
  }
  return hash.digest("hex");
}
