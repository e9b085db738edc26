/**
 * Listeners in cellar.db, so that a bottle finds its broker at the same address with the same sentinel after main was started again. The
 * sentinel is kept as it is: it is no secret of the person, opens nothing but this listener, and a bottle that starts another program needs it
 * again. No row holds a secret, only handles.
 */
import { z } from "zod";
import type { Database } from "#node/store/index.ts";
import { listenSchema } from "./listen.ts";
import { routeSchema } from "./route.ts";
import { limitsSchema } from "./usage/limits.ts";
import { type Totals, totalsSchema } from "./usage/meter.ts";

/** This domain's part of the schema of cellar.db. */
export const brokerSchema = `
  CREATE TABLE broker_listeners (
    owner_kind TEXT NOT NULL,
    owner_id TEXT NOT NULL,
    setup TEXT NOT NULL,
    totals TEXT NOT NULL,
    PRIMARY KEY (owner_kind, owner_id)
  ) STRICT;
`;

export const ownerSchema = z.strictObject({ kind: z.enum(["bottle", "run"]), id: z.string().min(1).max(200) });
export type Owner = z.infer<typeof ownerSchema>;

export const setupSchema = z.strictObject({
  listen: listenSchema,
  hosts: z.array(z.string().regex(/^[a-z0-9.[\]_-]+(:\d{1,5})?$/i)),
  sentinel: z.string().regex(/^[\w-]{22,200}$/),
  routes: z.array(routeSchema),
  limits: limitsSchema,
});
export type Setup = z.infer<typeof setupSchema>;

export type SavedListener = { owner: Owner; setup: Setup; totals: Totals };

export class BrokerStore {
  readonly #database: Database.Database;

  constructor(database: Database.Database) {
    this.#database = database;
  }

  /** Listeners whose row cannot be read come as `broken`: they are not served, and not forgotten. */
  all(): { saved: SavedListener[]; broken: Owner[] } {
    const rows = this.#database.prepare("SELECT * FROM broker_listeners ORDER BY rowid").all() as Row[];
    const saved: SavedListener[] = [];
    const broken: Owner[] = [];
    for (const row of rows) {
      const owner = { kind: row.owner_kind, id: row.owner_id };
      try {
        saved.push({
          owner,
          setup: setupSchema.parse(JSON.parse(row.setup)),
          totals: totalsSchema.parse(JSON.parse(row.totals)),
        });
      } catch {
        broken.push(owner);
      }
    }
    return { saved, broken };
  }

  save({ owner, setup, totals }: SavedListener): void {
    this.#database
      .prepare(
        `INSERT INTO broker_listeners (owner_kind, owner_id, setup, totals) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET setup = excluded.setup, totals = excluded.totals`,
      )
      .run(owner.kind, owner.id, JSON.stringify(setup), JSON.stringify(totals));
  }

  saveTotals(owner: Owner, totals: Totals): void {
    this.#database
      .prepare("UPDATE broker_listeners SET totals = ? WHERE owner_kind = ? AND owner_id = ?")
      .run(JSON.stringify(totals), owner.kind, owner.id);
  }

  remove(owner: Owner): void {
    this.#database
      .prepare("DELETE FROM broker_listeners WHERE owner_kind = ? AND owner_id = ?")
      .run(owner.kind, owner.id);
  }
}

type Row = { owner_kind: Owner["kind"]; owner_id: string; setup: string; totals: string };
