/** Every fetch and push, live and in cellar.db: written at once, because an approval must not be lost, and what is passed on must not be forgotten. */
import { randomBytes } from "node:crypto";
import type { Database } from "#node/store/index.ts";
import { type GitGateEvent, gitGateEvent } from "#shared/contract/git-gate.ts";
import { LiveList } from "#shared/live-list.ts";

/** A part of the schema of cellar.db. `digest` says what a push would do, so that the same push is known again. */
export const gitGateSchema = `
  CREATE TABLE git_gate_events (
    id TEXT PRIMARY KEY,
    bottle_id TEXT NOT NULL,
    digest TEXT,
    event TEXT NOT NULL
  ) STRICT;
  CREATE INDEX git_gate_events_of ON git_gate_events (bottle_id);
`;

const mostOfBottle = 200;
const mostOfAll = 2_000;
/** The same again within this is one entry with a count. */
const togetherMs = 60_000;

const pushInterrupted = "Cellar ended in the middle of it: the next fetch says whether upstream has taken it.";
const takenAfterAll = "Cellar ended in the middle of it; upstream has taken it.";
const notTakenSoFar = "Cellar ended in the middle of it; upstream has not taken it so far.";

export type NewEvent = Pick<GitGateEvent, "bottleId" | "workspaceId" | "repository" | "kind"> & Partial<GitGateEvent>;

/** Outcomes that nobody is at work on and that no answer changes. */
function isSettled({ outcome }: GitGateEvent): boolean {
  return outcome === "passed" || outcome === "refused" || outcome === "failed";
}

export class EventLog {
  readonly list = new LiveList<GitGateEvent>();
  readonly #database: Database.Database;
  readonly #digests = new Map<string, string>();

  constructor(database: Database.Database) {
    this.#database = database;
    const rows = database.prepare("SELECT digest, event FROM git_gate_events ORDER BY rowid").all() as {
      digest: string | null;
      event: string;
    }[];
    const events: GitGateEvent[] = [];
    for (const { digest, event } of rows) {
      const read = gitGateEvent.safeParse(json(event));
      if (!read.success) continue;
      events.push(read.data);
      if (digest !== null) this.#digests.set(read.data.id, digest);
    }
    this.list.reset(events);
    for (const event of events) this.#settle(event);
  }

  add(given: NewEvent): GitGateEvent {
    const event: GitGateEvent = {
      outcome: "running",
      reason: null,
      detail: "",
      updates: [],
      commits: [],
      moreCommits: 0,
      files: [],
      moreFiles: 0,
      bytes: 0,
      count: 1,
      canApprove: false,
      waitsUntil: null,
      ...given,
      id: `gg-${randomBytes(6).toString("hex")}`,
      at: new Date().toISOString(),
    };
    this.#put(event);
    this.#prune(event.bottleId);
    return event;
  }

  /** Undefined when it has been dropped meanwhile. */
  change(id: string, change: Partial<Omit<GitGateEvent, "id" | "bottleId">>): GitGateEvent | undefined {
    const before = this.list.get(id);
    if (before === undefined) return undefined;
    const after = { ...before, ...change };
    this.#put(after);
    return after;
  }

  /** What has ended in the same way as the entry before it becomes one with it. */
  conclude(id: string, change: Partial<Omit<GitGateEvent, "id" | "bottleId">>): GitGateEvent | undefined {
    const after = this.change(id, change);
    if (after === undefined) return undefined;
    const before = this.list
      .values()
      .findLast((each) => each.id !== id && each.bottleId === after.bottleId && each.repository === after.repository);
    if (before === undefined || !sameAs(before, after)) return after;
    this.#drop(id);
    return this.change(before.id, { at: after.at, count: before.count + 1, bytes: before.bytes + after.bytes });
  }

  /** Upstream has just said what it has: what became of pushes that an earlier main did not live to see the end of. Told again while upstream may still be at it. */
  tellInterrupted(bottleId: string, repository: string, ids: ReadonlyMap<string, string>): void {
    for (const event of this.list.values()) {
      if (event.bottleId !== bottleId || event.repository !== repository || event.updates.length === 0) continue;
      if (event.detail !== pushInterrupted && event.detail !== notTakenSoFar) continue;
      const taken = event.updates.every(({ ref, new: next }) => (ids.get(ref) ?? null) === next);
      if (taken) this.change(event.id, { outcome: "passed", reason: "passed", detail: takenAfterAll });
      else if (event.detail !== notTakenSoFar) this.change(event.id, { detail: notTakenSoFar });
    }
  }

  setDigest(id: string, digest: string): void {
    this.#digests.set(id, digest);
    const event = this.list.get(id);
    if (event !== undefined) this.#put(event);
  }

  /** The latest entry, other than `except`, about a push that would do the same. */
  withDigest(bottleId: string, digest: string, except: string): GitGateEvent | undefined {
    return this.list
      .values()
      .findLast((each) => each.id !== except && each.bottleId === bottleId && this.#digests.get(each.id) === digest);
  }

  drop(id: string): void {
    this.#drop(id);
  }

  /** The bottle has ended: nothing of it is answered any more. */
  closeBottle(bottleId: string): void {
    for (const event of this.list.values()) {
      // What is on its way to upstream still ends in one way or another.
      if (event.bottleId !== bottleId || event.outcome === "running") continue;
      if (isSettled(event) && !event.canApprove) continue;
      const open = isSettled(event)
        ? {}
        : { outcome: "refused" as const, detail: `${event.detail} The bottle has ended.`.trim() };
      this.change(event.id, { ...open, canApprove: false, waitsUntil: null });
    }
  }

  #put(event: GitGateEvent): void {
    this.#database
      .prepare(
        "INSERT INTO git_gate_events VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET digest = excluded.digest, event = excluded.event",
      )
      .run(event.id, event.bottleId, this.#digests.get(event.id) ?? null, JSON.stringify(event));
    this.list.set(event);
  }

  #drop(id: string): void {
    this.#database.prepare("DELETE FROM git_gate_events WHERE id = ?").run(id);
    this.#digests.delete(id);
    this.list.remove(id);
  }

  #prune(bottleId: string): void {
    const all = this.list.values();
    const own = all.filter((event) => event.bottleId === bottleId);
    // What still waits for somebody is kept longest.
    const oldest = (events: GitGateEvent[]) => events.find(isSettled) ?? events[0]!;
    if (own.length > mostOfBottle) this.#drop(oldest(own).id);
    else if (all.length > mostOfAll) this.#drop(oldest(all).id);
  }

  /** At a start nothing runs: an agent whose push was held was cut off with the main that held it. */
  #settle(event: GitGateEvent): void {
    if (event.outcome === "waiting") this.change(event.id, { outcome: "pending", waitsUntil: null });
    if (event.outcome !== "running") return;
    const detail = event.kind === "push" ? pushInterrupted : "Cellar ended in the middle of it.";
    this.change(event.id, { outcome: "failed", reason: "interrupted", detail });
  }
}

function sameAs(before: GitGateEvent, after: GitGateEvent): boolean {
  if (!isSettled(before) || before.canApprove || after.canApprove) return false;
  if (Date.parse(after.at) - Date.parse(before.at) > togetherMs) return false;
  const meaning = ({ kind, outcome, reason, detail, updates }: GitGateEvent) =>
    JSON.stringify([kind, outcome, reason, detail, updates]);
  return meaning(before) === meaning(after);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
