/** The bottles that are remembered: in cellar.db, in memory, and as a live list. */
import type { Database } from "#node/store/index.ts";
import type { Bottle } from "#shared/contract/bottles.ts";
import { Failure } from "#shared/failure.ts";
import { LiveList } from "#shared/live-list.ts";
import { type BottleRecord, BottleStore } from "./record.ts";

export class BottleRecords {
  /** In the order of their start, then of their slug. */
  readonly list = new LiveList<Bottle>();
  readonly #store: BottleStore;
  readonly #records = new Map<string, BottleRecord>();

  constructor(database: Database.Database) {
    this.#store = new BottleStore(database);
    for (const record of this.#store.all()) {
      // Until its terminal and its backend have been asked, nothing is known of what ran.
      if (lives(record.bottle)) record.bottle.state = "unknown";
      this.#records.set(record.bottle.id, record);
    }
    const bottles = this.all().map(({ bottle }) => structuredClone(bottle));
    bottles.sort((a, b) => a.startedAt.localeCompare(b.startedAt) || a.slug.localeCompare(b.slug));
    this.list.reset(bottles);
  }

  find(id: string): BottleRecord | undefined {
    return this.#records.get(id);
  }

  /** Throws `not_found`. */
  get(id: string): BottleRecord {
    const record = this.#records.get(id);
    if (record === undefined) throw new Failure("not_found", `There is no bottle ${id}`);
    return record;
  }

  all(): BottleRecord[] {
    return [...this.#records.values()];
  }

  ofLaunch(launchId: string): BottleRecord | undefined {
    return this.all().find(({ bottle }) => bottle.launchId === launchId);
  }

  /** Bottles whose kept home is still wanted. */
  homesInUse(): ReadonlySet<string> {
    return new Set(this.all().flatMap(({ homeOf }) => (homeOf === null ? [] : [homeOf])));
  }

  save(record: BottleRecord): void {
    this.#store.save(record);
    this.#records.set(record.bottle.id, record);
    this.list.set(structuredClone(record.bottle));
  }

  /** The tombstone: from now on a removal that is interrupted goes on at the next start. */
  noteRemoving(record: BottleRecord): void {
    this.#store.save({ ...record, removing: true });
  }

  forget(id: string): void {
    this.#store.remove(id);
    this.#records.delete(id);
    this.list.remove(id);
  }
}

/** It has not ended as far as anybody knows. */
export function lives({ state }: Bottle): boolean {
  return state !== "ended" && state !== "failed";
}
