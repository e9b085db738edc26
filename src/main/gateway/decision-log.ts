/** Every decision of every gateway, live: a bounded list in memory, and its tail in cellar.db. Never a query, a header's value or a body. */
import { randomBytes } from "node:crypto";
import type { Database } from "#node/store/index.ts";
import { type GatewayDecision, gatewayDecision } from "#shared/contract/gateway.ts";
import { LiveList } from "#shared/live-list.ts";

/** A part of the schema of cellar.db. */
export const gatewayDecisionsSchema = `
  CREATE TABLE gateway_decisions (
    id TEXT PRIMARY KEY,
    bottle_id TEXT NOT NULL,
    at TEXT NOT NULL,
    decision TEXT NOT NULL
  ) STRICT;
  CREATE INDEX gateway_decisions_of ON gateway_decisions (bottle_id, at);
`;

/** Kept per bottle, and of all together. */
const mostOfBottle = 500;
const mostOfAll = 5_000;
/** Milliseconds between a change and its being written and shown: a thousand requests are one write. */
const writeDelayMs = 250;
/** Denials, and questions for names, of one kind that follow each other within this are one entry with a count. */
const togetherMs = 60_000;

export type NewDecision = Omit<
  GatewayDecision,
  "id" | "at" | "count" | "bytesOut" | "bytesIn" | "durationMs" | "waitsUntil"
>;

export class DecisionLog {
  readonly list = new LiveList<GatewayDecision>();
  readonly #database: Database.Database;
  /** Ids per bottle, oldest first. */
  readonly #order = new Map<string, string[]>();
  readonly #unwritten = new Set<string>();
  readonly #removed = new Set<string>();
  /** The latest of each kind that is counted together, by what makes it the same. */
  readonly #repeated = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(database: Database.Database) {
    this.#database = database;
    this.list.reset(this.#read());
    for (const { id, bottleId } of this.list.values()) this.#orderOf(bottleId).push(id);
  }

  /** Adds one, or counts it together with the last of its kind. */
  add(given: NewDecision): GatewayDecision {
    const now = new Date().toISOString();
    const key = given.outcome === "denied" || given.kind === "name" ? sameness(given) : null;
    const before = key === null ? undefined : this.list.get(this.#repeated.get(key) ?? "");
    if (before !== undefined && Date.parse(now) - Date.parse(before.at) < togetherMs) {
      return this.change(before.id, { count: before.count + 1 }) ?? before;
    }
    const decision: GatewayDecision = {
      ...given,
      id: `dec-${randomBytes(6).toString("hex")}`,
      at: now,
      count: 1,
      bytesOut: 0,
      bytesIn: 0,
      durationMs: given.outcome === "denied" ? 0 : null,
      waitsUntil: null,
    };
    if (key !== null) this.#repeated.set(key, decision.id);
    this.#put(decision);
    this.#orderOf(decision.bottleId).push(decision.id);
    this.#prune(decision.bottleId);
    return decision;
  }

  /** Undefined when it has been dropped meanwhile. */
  change(id: string, change: Partial<Omit<GatewayDecision, "id" | "bottleId">>): GatewayDecision | undefined {
    const before = this.list.get(id);
    if (before === undefined) return undefined;
    const after = { ...before, ...change };
    this.#put(after);
    return after;
  }

  /** The bottle is gone for good. */
  forget(bottleId: string): void {
    for (const id of this.#orderOf(bottleId)) this.#drop(id);
    this.#order.delete(bottleId);
  }

  /** Writes what is not written yet; nothing is written after it. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#write();
  }

  #write(): void {
    const put = this.#database.prepare(
      "INSERT INTO gateway_decisions (id, bottle_id, at, decision) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET decision = excluded.decision",
    );
    const remove = this.#database.prepare("DELETE FROM gateway_decisions WHERE id = ?");
    this.#database.transaction(() => {
      for (const id of this.#unwritten) {
        const decision = this.list.get(id);
        if (decision !== undefined) put.run(id, decision.bottleId, decision.at, JSON.stringify(decision));
      }
      for (const id of this.#removed) remove.run(id);
    })();
    this.#unwritten.clear();
    this.#removed.clear();
  }

  #put(decision: GatewayDecision): void {
    this.list.set(decision);
    this.#unwritten.add(decision.id);
    this.#later();
  }

  #later(): void {
    if (this.#closed) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      try {
        this.#write();
      } catch (error) {
        // A full disk costs the log its tail on disk, nothing else; the next change tries again.
        console.error("writing the gateway's decisions failed:", error);
      }
    }, writeDelayMs);
  }

  #drop(id: string): void {
    this.list.remove(id);
    this.#unwritten.delete(id);
    this.#removed.add(id);
    this.#later();
  }

  #orderOf(bottleId: string): string[] {
    const order = this.#order.get(bottleId) ?? [];
    this.#order.set(bottleId, order);
    return order;
  }

  #prune(bottleId: string): void {
    const order = this.#orderOf(bottleId);
    if (order.length > mostOfBottle) this.#drop(order.shift()!);
    let all = 0;
    for (const each of this.#order.values()) all += each.length;
    if (all <= mostOfAll) return;
    const longest = [...this.#order.values()].reduce((a, b) => (b.length > a.length ? b : a));
    this.#drop(longest.shift()!);
  }

  #read(): GatewayDecision[] {
    const rows = this.#database
      .prepare(
        "SELECT decision FROM (SELECT rowid, decision FROM gateway_decisions ORDER BY rowid DESC LIMIT ?) ORDER BY rowid",
      )
      .pluck()
      .all(mostOfAll) as string[];
    return rows.flatMap((row) => {
      const read = gatewayDecision.safeParse(json(row));
      if (!read.success) return [];
      // Whoever waited was cut off with the process that held it.
      const { data } = read;
      return data.outcome === "waiting"
        ? [{ ...data, outcome: "denied" as const, waitsUntil: null, durationMs: 0 }]
        : [data];
    });
  }
}

function sameness(decision: NewDecision): string {
  const { bottleId, kind, reason, host, port, method, path, detail, probe } = decision;
  return JSON.stringify([bottleId, kind, reason, host, port, method, path, detail, probe]);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
