/** When changes of terminals are saved and told: at once what matters, the counters of a busy one now and then. */
import type { TerminalRecord, TerminalRecords } from "./records.ts";

type Changing = {
  readonly record: TerminalRecord;
  /** Takes the present counters into the record. */
  count(): void;
};

/** Counters change with every chunk; clients are told so often at most, in ms. */
const tellEveryMs = 250;
/** What is lost of the counters when the host is killed, in ms. */
const saveEveryMs = 10_000;

export class Changes<T extends Changing> {
  readonly #records: TerminalRecords;
  readonly #tell: (terminal: T) => void;
  readonly #telling = new Map<T, NodeJS.Timeout>();
  readonly #unsaved = new Set<T>();
  #saveTimer: NodeJS.Timeout | null = null;

  constructor(records: TerminalRecords, tell: (terminal: T) => void) {
    this.#records = records;
    this.#tell = tell;
  }

  changed(terminal: T, important: boolean): void {
    if (important) {
      clearTimeout(this.#telling.get(terminal));
      this.#telling.delete(terminal);
      this.#unsaved.delete(terminal);
      this.#records.save(terminal.record);
      this.#tell(terminal);
      return;
    }
    this.#unsaved.add(terminal);
    this.#saveTimer ??= setTimeout(() => this.#save(), saveEveryMs).unref();
    if (!this.#telling.has(terminal)) {
      this.#telling.set(
        terminal,
        setTimeout(() => {
          this.#telling.delete(terminal);
          this.#tell(terminal);
        }, tellEveryMs),
      );
    }
  }

  forget(terminal: T): void {
    clearTimeout(this.#telling.get(terminal));
    this.#telling.delete(terminal);
    this.#unsaved.delete(terminal);
  }

  close(): void {
    for (const timer of this.#telling.values()) clearTimeout(timer);
    this.#telling.clear();
    this.#save();
  }

  #save(): void {
    if (this.#saveTimer) clearTimeout(this.#saveTimer);
    this.#saveTimer = null;
    const unsaved = [...this.#unsaved];
    this.#unsaved.clear();
    if (unsaved.length === 0) return;
    for (const terminal of unsaved) terminal.count();
    this.#records.save(...unsaved.map(({ record }) => record));
  }
}
