/** Proposals in cellar.db. A row is written before anybody is told of it, so that a question survives whatever happens next. */
import type { Database } from "#node/store/index.ts";
import { type Proposal, proposal } from "#shared/contract/supervise.ts";

/** This domain's part of the schema of cellar.db. */
export const superviseSchema = `
  CREATE TABLE proposals (
    id TEXT PRIMARY KEY,
    bottle_id TEXT NOT NULL,
    record TEXT NOT NULL
  ) STRICT;
  CREATE INDEX proposals_by_bottle ON proposals (bottle_id);
`;

export class ProposalStore {
  readonly #database: Database.Database;

  constructor(database: Database.Database) {
    this.#database = database;
  }

  /** In the order in which they were made; rows that cannot be read are left out. */
  all(): Proposal[] {
    const rows = this.#database.prepare("SELECT record FROM proposals ORDER BY rowid").all() as { record: string }[];
    return rows.flatMap(({ record }) => {
      const parsed = proposal.safeParse(json(record));
      return parsed.success ? [parsed.data] : [];
    });
  }

  save(record: Proposal): void {
    this.#database
      .prepare(
        "INSERT INTO proposals (id, bottle_id, record) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET record = excluded.record",
      )
      .run(record.id, record.bottleId, JSON.stringify(record));
  }

  remove(ids: readonly string[]): void {
    const remove = this.#database.prepare("DELETE FROM proposals WHERE id = ?");
    this.#database.transaction(() => {
      for (const id of ids) remove.run(id);
    })();
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
