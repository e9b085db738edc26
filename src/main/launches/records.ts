/** The launches that are remembered: in cellar.db, in memory for whoever asks, and as a live list. */
import type { Database } from "#node/store/index.ts";
import type { Launch } from "#shared/contract/launches.ts";
import { LiveList } from "#shared/live-list.ts";
import { type LaunchRecord, LaunchStore, launchOf } from "./store.ts";

/** The oldest ended ones go first. */
const mostLaunches = 1000;

export class LaunchRecords {
  /** Those that have a terminal. */
  readonly list = new LiveList<Launch>();
  readonly #store: LaunchStore;
  readonly #records = new Map<string, LaunchRecord>();

  constructor(database: Database.Database) {
    this.#store = new LaunchStore(database);
    for (const record of this.#store.all()) {
      // The text of a prompt that was waiting is gone with the process that held it.
      if (record.prompt === "waiting") this.save({ ...record, prompt: "failed" });
      else this.#records.set(record.id, record);
    }
    this.list.reset(this.all().flatMap((record) => launchOf(record) ?? []));
  }

  get(id: string): LaunchRecord | undefined {
    return this.#records.get(id);
  }

  all(): LaunchRecord[] {
    return [...this.#records.values()];
  }

  /** Null for one that has no terminal yet. */
  save(record: LaunchRecord): Launch | null {
    this.#store.save(record);
    this.#records.set(record.id, record);
    const launch = launchOf(record);
    if (launch) this.list.set(launch);
    return launch;
  }

  /** As {@link save}, with what has changed meanwhile; null also when it was forgotten. */
  change(id: string, change: Partial<LaunchRecord>): Launch | null {
    const record = this.#records.get(id);
    return record === undefined ? null : this.save({ ...record, ...change });
  }

  forget(id: string): void {
    this.#store.remove(id);
    this.#records.delete(id);
    this.list.remove(id);
  }

  /** Forgets the oldest of those whose terminal is not among `alive`, as far as there are too many. */
  prune(alive: ReadonlySet<string>): void {
    const ended = this.all().filter(({ terminalId }) => terminalId !== null && !alive.has(terminalId));
    for (const { id } of ended.slice(0, Math.max(0, this.#records.size - mostLaunches))) this.forget(id);
  }
}
