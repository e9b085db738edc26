/**
 * What bottles and runs have used and asked for, also those that are over: live for whoever watches, and in cellar.db a moment later. A listener's
 * own row goes with the listener; what was paid for stays to be looked at until its bottle is forgotten.
 */
import { z } from "zod";
import type { Database } from "#node/store/index.ts";
import {
  type BrokerRequest,
  type BrokerUsage,
  brokerRequest,
  type UsagePoint,
  usagePoint,
} from "#shared/contract/broker.ts";
import { Failure } from "#shared/failure.ts";
import { LiveList } from "#shared/live-list.ts";
import type { BrokerListener } from "./broker-listener.ts";
import { type LoggedBefore, mostRequests, noCounters } from "./request-log.ts";
import { type BrokerStore, type Owner, ownerSchema } from "./store.ts";
import { UsageHistory } from "./usage/history.ts";
import { limitsSchema } from "./usage/limits.ts";
import { Meter, totalsSchema } from "./usage/meter.ts";
import { limitsView, micros } from "./usage/money.ts";

/** A part of the schema of cellar.db. */
export const brokerLedgerSchema = `
  CREATE TABLE broker_usage (owner_id TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;
  CREATE TABLE broker_requests (
    owner_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    request TEXT NOT NULL,
    PRIMARY KEY (owner_id, number)
  ) STRICT, WITHOUT ROWID;
`;

/** Owners that are remembered after their end; the oldest go first. */
const mostClosed = 300;
/**
 * Milliseconds between a change and its being shown and written: a thousand requests, of all listeners, are one write. A crash forgets no more than
 * this; what a limit is asked about is in memory and exact.
 */
const writeDelayMs = 250;

const count = z.int().min(0);
const recordSchema = z.strictObject({
  owner: ownerSchema,
  openedAt: z.iso.datetime(),
  closedAt: z.iso.datetime().nullable(),
  counters: z.strictObject(
    Object.fromEntries(Object.keys(noCounters).map((key) => [key, count])) as Record<
      keyof typeof noCounters,
      typeof count
    >,
  ),
  totals: totalsSchema,
  limits: limitsSchema,
  history: z.array(usagePoint),
});
type UsageRecord = z.infer<typeof recordSchema>;

type Entry = { record: Omit<UsageRecord, "history">; history: UsageHistory; listener: BrokerListener | null };

export class Ledger {
  readonly list = new LiveList<BrokerUsage>();
  readonly #database: Database.Database;
  readonly #store: BrokerStore;
  readonly #entries = new Map<string, Entry>();
  readonly #changed = new Set<string>();
  readonly #requests = new Map<string, BrokerRequest[]>();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(database: Database.Database, store: BrokerStore) {
    this.#database = database;
    this.#store = store;
    for (const { history, ...record } of this.#read()) {
      this.#entries.set(record.owner.id, { record, history: new UsageHistory(history), listener: null });
    }
    this.list.reset([...this.#entries.values()].map(viewOf));
  }

  /** What went through a listener until main ended. */
  before({ id }: Owner): LoggedBefore {
    const record = this.#entries.get(id)?.record;
    return { counters: record?.counters ?? noCounters, requests: record === undefined ? [] : this.#savedRequests(id) };
  }

  /** It listens, for the first time or again. */
  opened(listener: BrokerListener): void {
    const { owner, counters, totals, limits } = listener;
    const before = this.#entries.get(owner.id);
    const openedAt = before?.record.openedAt ?? new Date().toISOString();
    const record = { owner, openedAt, closedAt: null, counters: { ...counters }, totals, limits };
    this.#entries.set(owner.id, { record, history: before?.history ?? new UsageHistory(), listener });
    this.#show(owner.id);
  }

  /** It has used more, or may use more. */
  changed({ id }: Owner): void {
    this.#changed.add(id);
    this.#later();
  }

  used(owner: Owner): void {
    const entry = this.#entries.get(owner.id);
    if (entry?.listener == null) return;
    const { inputTokens, outputTokens, costUsd } = entry.listener.totals;
    const at = new Date().toISOString();
    entry.history.add({ at, tokens: inputTokens + outputTokens, costMicros: micros(costUsd) });
    this.changed(owner);
  }

  requested(owner: Owner, request: BrokerRequest): void {
    const waiting = this.#requests.get(owner.id);
    if (waiting === undefined) this.#requests.set(owner.id, [request]);
    // More are not kept, which counts where the disk is full and they wait for long.
    else if (waiting.push(request) > mostRequests) waiting.shift();
    this.changed(owner);
  }

  /** It does not listen any more; `over` when it never will again. */
  ended({ owner }: BrokerListener, over: boolean): void {
    const entry = this.#entries.get(owner.id);
    if (entry === undefined) return;
    this.#take(entry);
    entry.listener = null;
    entry.record.counters.active = 0;
    if (over) entry.record.closedAt = new Date().toISOString();
    this.#show(owner.id);
    if (over) this.#prune();
  }

  /** The newest requests; those of one that is over do not change any more. */
  requests(id: string): LiveList<BrokerRequest> {
    const open = this.#entries.get(id)?.listener?.requests;
    if (open !== undefined) return open;
    this.#write();
    const list = new LiveList<BrokerRequest>();
    list.reset(this.#savedRequests(id));
    return list;
  }

  /** Throws when there is none of this owner. */
  now(id: string): BrokerUsage {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw new Failure("not_found", `Nothing is known of what ${id} has used`);
    this.#take(entry);
    this.#show(id);
    return viewOf(entry);
  }

  history(id: string): UsagePoint[] {
    return [...(this.#entries.get(id)?.history.points ?? [])];
  }

  /** Nobody wants to know any more. */
  forget(id: string): void {
    if (this.#entries.get(id)?.listener != null) return;
    this.#entries.delete(id);
    this.#changed.delete(id);
    this.#requests.delete(id);
    this.#database.prepare("DELETE FROM broker_usage WHERE owner_id = ?").run(id);
    this.#database.prepare("DELETE FROM broker_requests WHERE owner_id = ?").run(id);
    this.list.remove(id);
  }

  /** Writes what is not written yet; nothing is written after it. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#write();
  }

  #show(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.list.set(viewOf(entry));
    this.changed(entry.record.owner);
  }

  #later(): void {
    if (this.#stopped) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      for (const id of this.#changed) {
        const entry = this.#entries.get(id);
        if (entry === undefined) continue;
        this.#take(entry);
        this.list.set(viewOf(entry));
      }
      try {
        this.#write();
      } catch (error) {
        // A full disk costs the ledger its tail on disk, nothing else; the next change tries again.
        console.error("writing what brokers have used failed:", error);
      }
    }, writeDelayMs);
  }

  #take({ record, listener }: Entry): void {
    if (listener === null) return;
    record.counters = { ...listener.counters };
    record.totals = listener.totals;
    record.limits = listener.limits;
  }

  #write(): void {
    if (this.#changed.size === 0) return;
    const put = this.#database.prepare(
      "INSERT INTO broker_usage (owner_id, record) VALUES (?, ?) ON CONFLICT DO UPDATE SET record = excluded.record",
    );
    const add = this.#database.prepare(
      "INSERT OR REPLACE INTO broker_requests (owner_id, number, request) VALUES (?, ?, ?)",
    );
    const trim = this.#database.prepare("DELETE FROM broker_requests WHERE owner_id = ? AND number <= ?");
    this.#database.transaction(() => {
      for (const id of this.#changed) {
        const entry = this.#entries.get(id);
        if (entry === undefined) continue;
        this.#take(entry);
        const { owner, closedAt, totals } = entry.record;
        put.run(id, JSON.stringify({ ...entry.record, history: entry.history.points }));
        // The listener goes on from there after a restart.
        if (closedAt === null) this.#store.saveTotals(owner, totals);
      }
      for (const [id, requests] of this.#requests) {
        for (const request of requests) add.run(id, Number(request.id), JSON.stringify(request));
        trim.run(id, Number(requests.at(-1)!.id) - mostRequests);
      }
    })();
    this.#changed.clear();
    this.#requests.clear();
  }

  #savedRequests(id: string): BrokerRequest[] {
    const rows = this.#database
      .prepare("SELECT request FROM broker_requests WHERE owner_id = ? ORDER BY number")
      .pluck()
      .all(id) as string[];
    return rows.flatMap((row) => {
      const read = brokerRequest.safeParse(json(row));
      return read.success ? [read.data] : [];
    });
  }

  #read(): UsageRecord[] {
    const rows = this.#database.prepare("SELECT record FROM broker_usage").pluck().all() as string[];
    const records = rows.flatMap((row) => {
      const read = recordSchema.safeParse(json(row));
      return read.success ? [read.data] : [];
    });
    return records.sort((a, b) => a.openedAt.localeCompare(b.openedAt));
  }

  #prune(): void {
    const closed = [...this.#entries.values()].filter(({ record }) => record.closedAt !== null);
    for (const { record } of closed.slice(0, Math.max(0, closed.length - mostClosed))) this.forget(record.owner.id);
  }
}

function viewOf({ record, listener }: Entry): BrokerUsage {
  const { owner, openedAt, closedAt, counters, totals, limits } = record;
  const meter = new Meter(limits, totals);
  const { tokens, costUsd } = meter.counted;
  return {
    id: owner.id,
    owner: owner.kind,
    open: listener !== null,
    openedAt,
    closedAt,
    requests: counters.requests,
    active: counters.active,
    refused: counters.refused,
    failed: counters.failed,
    bytesUp: counters.bytesUp,
    bytesDown: counters.bytesDown,
    redactions: counters.redactions,
    answers: totals.answers,
    inputTokens: totals.inputTokens,
    cacheReadTokens: totals.cacheReadTokens,
    cacheWriteTokens: totals.cacheWriteTokens,
    outputTokens: totals.outputTokens,
    reasoningTokens: totals.reasoningTokens,
    cost: { currency: "USD", micros: micros(totals.costUsd) },
    withoutUsage: totals.withoutUsage,
    withoutCost: totals.withoutCost,
    limits: limitsView(limits),
    counted: { tokens, costMicros: costUsd === null ? null : micros(costUsd) },
    reached: meter.reached(),
  };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
