/**
 * The cells that hold a terminal now, by terminal. The terminals' own records only say which; whether it is past its limit is asked for
 * once and then followed in the event stream, so that the whole history of cells never has to be loaded.
 */
import type { Cell } from "#shared/contract/cells.ts";
import type { Terminal } from "#shared/contract/terminals.ts";
import type { Connection } from "../connection/index.ts";
import { follow, type Reachable } from "./follow.ts";
import type { LiveSource } from "./source.ts";

export type HeldCells = ReadonlyMap<string, Cell>;

export class HeldCellSource {
  readonly #connection: Connection;
  readonly #reachable: Reachable;
  readonly #terminals: LiveSource<Terminal>;
  readonly #listeners = new Set<() => void>();
  readonly #asking = new Set<string>();
  #held: HeldCells = new Map();
  #running: AbortController | null = null;
  #leave: (() => void) | null = null;

  constructor(connection: Connection, reachable: Reachable, terminals: LiveSource<Terminal>) {
    this.#connection = connection;
    this.#reachable = reachable;
    this.#terminals = terminals;
  }

  readonly getSnapshot = (): HeldCells => this.#held;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (!this.#running) this.#start();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#running?.abort();
      this.#running = null;
      this.#leave?.();
    };
  };

  #start(): void {
    const control = new AbortController();
    this.#running = control;
    this.#leave = this.#terminals.subscribe(() => this.#compare());
    this.#compare();
    const { client } = this.#connection;
    void follow(
      (signal) => client.cells.events({}, { signal }),
      this.#reachable,
      {
        event: (event) => {
          if (event.type === "notify" || event.type === "closed") return;
          const { cell } = event;
          if (cell.state === "running" || cell.state === "timeout") this.#put(cell);
          else if (this.#held.get(cell.terminalId)?.id === cell.id) this.#remove([cell.terminalId]);
        },
        lost: () => {
          // What happened meanwhile is not told again: ask anew for all that are held.
          this.#publish(new Map());
          this.#compare();
        },
      },
      control.signal,
    );
  }

  #compare(): void {
    const { items, status } = this.#terminals.getSnapshot();
    if (status !== "live") return;
    const wanted = new Map(items.flatMap(({ id, heldCellId }) => (heldCellId ? [[id, heldCellId] as const] : [])));
    this.#remove([...this.#held.keys()].filter((terminalId) => !wanted.has(terminalId)));
    for (const [terminalId, cellId] of wanted) {
      if (this.#held.get(terminalId)?.id !== cellId) void this.#ask(cellId);
    }
  }

  async #ask(cellId: string): Promise<void> {
    if (this.#asking.has(cellId)) return;
    this.#asking.add(cellId);
    try {
      const cell = await this.#connection.client.cells.get({ id: cellId });
      if (cell.state === "running" || cell.state === "timeout") this.#put(cell);
    } catch {
      // Without the record the terminal still says that it works; only the cell's own words are missing.
    } finally {
      this.#asking.delete(cellId);
    }
  }

  #put(cell: Cell): void {
    this.#publish(new Map(this.#held).set(cell.terminalId, cell));
  }

  #remove(terminalIds: readonly string[]): void {
    if (terminalIds.length === 0) return;
    const rest = new Map(this.#held);
    for (const id of terminalIds) rest.delete(id);
    this.#publish(rest);
  }

  #publish(held: HeldCells): void {
    this.#held = held;
    for (const listener of this.#listeners) listener();
  }
}
