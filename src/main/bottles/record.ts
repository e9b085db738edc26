/** Bottles in cellar.db. A row is written before the first side effect of a launch, and goes after everything of the bottle is gone. */
import type { Database } from "#node/store/index.ts";
import type { Bottle } from "#shared/contract/bottles.ts";
import type { BottleLimits } from "./backend.ts";
import type { BottleReach } from "./bottle-services.ts";
import type { Triggers } from "./triggers.ts";

export type BottleRecord = {
  bottle: Bottle;
  /** Directory of its sockets. */
  directory: string;
  cwd: string;
  limits: BottleLimits;
  reach: BottleReach;
  /** Bottle whose kept home it has: its own, or that of the one it resumes; null when the home was not kept. */
  homeOf: string | null;
  /** Before the launch. */
  triggers: Triggers;
  /** Being removed: the tombstone, until everything of it is gone. */
  removing: boolean;
};

/** This domain's part of the schema of cellar.db. */
export const bottlesSchema = "CREATE TABLE bottles (id TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT";

export class BottleStore {
  readonly #database: Database.Database;

  constructor(database: Database.Database) {
    this.#database = database;
  }

  all(): BottleRecord[] {
    const rows = this.#database.prepare("SELECT record FROM bottles").all() as { record: string }[];
    return rows.map(({ record }) => JSON.parse(record) as BottleRecord);
  }

  save(record: BottleRecord): void {
    this.#database
      .prepare("INSERT INTO bottles VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET record = excluded.record")
      .run(record.bottle.id, JSON.stringify(record));
  }

  remove(id: string): void {
    this.#database.prepare("DELETE FROM bottles WHERE id = ?").run(id);
  }
}
