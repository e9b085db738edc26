/** The cell engine of a terminal host: all terminals' cells, their results, and the events that tell about them. */
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Cell, CellEvent } from "#shared/contract/cells.ts";
import { Failure } from "#shared/failure.ts";
import type { PollResult } from "../protocol.ts";
import { defaultOutputLimit } from "./cell-output.ts";
import { publicCell } from "./cell-record.ts";
import type {
  CellEngine,
  CellRecord,
  CellStore,
  CellTerminal,
  HistoryLine,
  Submission,
  TerminalFacts,
} from "./cell-terminal.ts";
import { historyOf } from "./history.ts";
import { pollRecord } from "./poll.ts";
import { TerminalCells } from "./terminal-cells.ts";

export type EngineOptions = {
  store: CellStore;
  /** A directory of our own, mode 0700, for code that shells read from files. Made when missing, emptied at start. */
  codeFolder: string;
  /** Default: 16 MiB. */
  outputLimitBytes?: number;
};

/** What `run` gives back at once; `output` has it all (contract: cells.run). */
const longestRunOutput = 500_000;

export function createCellEngine(options: EngineOptions): CellEngine {
  return new Engine(options);
}

class Engine implements CellEngine {
  readonly #options: EngineOptions;
  readonly #terminals = new Map<string, TerminalCells>();
  readonly #eventListeners = new Set<(event: CellEvent) => void>();
  readonly #factListeners = new Set<(terminalId: string, facts: TerminalFacts) => void>();

  constructor(options: EngineOptions) {
    this.#options = options;
    mkdirSync(options.codeFolder, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(options.codeFolder)) {
      if (/^cell-[0-9a-f]{12}(?:\.ps1)?$/.test(name)) rmSync(join(options.codeFolder, name), { force: true });
    }
  }

  recover(held: (cell: Pick<Cell, "terminalId">) => boolean = () => true): Cell[] {
    const lost = this.#options.store.unresolved().filter(held);
    return lost.map((record) => {
      const died: CellRecord = {
        ...record,
        state: "error",
        error: "watcher died",
        endedAt: new Date().toISOString(),
        pollable: true,
      };
      this.#options.store.save(died);
      this.#emit({ type: "error", cell: publicCell(died), at: new Date().toISOString() });
      return publicCell(died);
    });
  }

  attach(terminal: CellTerminal): void {
    const cells: TerminalCells = new TerminalCells(terminal, {
      store: this.#options.store,
      outputLimitBytes: this.#options.outputLimitBytes ?? defaultOutputLimit,
      codeFolder: this.#options.codeFolder,
      emit: (event) => this.#emit(event),
      changed: () => {
        for (const listener of this.#factListeners) listener(terminal.id, cells.facts);
      },
    });
    this.#terminals.set(terminal.id, cells);
    terminal.onEnd(() => this.#terminals.delete(terminal.id));
  }

  facts(terminalId: string): TerminalFacts {
    return this.#terminals.get(terminalId)?.facts ?? { integrated: false, currentCwd: null, heldCellId: null };
  }

  onFacts(listener: (terminalId: string, facts: TerminalFacts) => void): () => void {
    this.#factListeners.add(listener);
    return () => this.#factListeners.delete(listener);
  }

  onEvent(listener: (event: CellEvent) => void): () => void {
    this.#eventListeners.add(listener);
    return () => this.#eventListeners.delete(listener);
  }

  ready(terminalId: string, withinMs: number): Promise<boolean> {
    return this.#terminal(terminalId).ready(withinMs);
  }

  async fire(submission: Submission): Promise<Cell> {
    const held = await this.#terminal(submission.terminalId).submit(submission, true);
    return publicCell(held.record);
  }

  async run(submission: Submission, signal?: AbortSignal): Promise<{ cell: Cell; output: string }> {
    const terminal = this.#terminal(submission.terminalId);
    const held = await terminal.submit(submission, false);
    const abort = () => {
      if (terminal.held === held) terminal.interrupt().catch(() => {});
    };
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort, { once: true });
    try {
      await held.answered;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
    const cell = publicCell(held.record);
    return { cell, output: this.output(cell.id, 0, longestRunOutput).text };
  }

  poll(terminalId: string, label: string, cellId: string | null): PollResult {
    const terminal = this.#terminals.get(terminalId);
    const id = cellId ?? terminal?.activeForK ?? null;
    const record = id === null ? null : this.#record(id);
    return pollRecord({
      id,
      label,
      record: record !== null && record.terminalId === terminalId ? record : null,
      output: (cell) => this.output(cell, 0, Number.MAX_SAFE_INTEGER).text,
      consume: (cell) => {
        if (terminal?.held?.record.id === cell.id) {
          terminal.held.record = { ...terminal.held.record, pollable: false };
        }
        this.#options.store.save({ ...cell, pollable: false });
        terminal?.polled(cell.id);
      },
    });
  }

  async interrupt(terminalId: string): Promise<Cell | null> {
    const terminal = this.#terminal(terminalId);
    const unpolled = terminal.held === null ? terminal.activeForK : null;
    const cell = await terminal.interrupt();
    // As in agent-tty, an interrupt also releases a finished cell that nobody has polled.
    if (unpolled !== null) terminal.polled(unpolled);
    return cell;
  }

  notify(terminalId: string, message: string, from: string): void {
    this.#terminal(terminalId);
    const said = cleanMessage(message);
    if (said === "") throw new Failure("invalid_input", "a message needs at least one visible character");
    this.#emit({ type: "notify", terminalId, from: cleanMessage(from), message: said, at: new Date().toISOString() });
  }

  list(terminalId: string | null, limit: number): Cell[] {
    return this.#options.store.list(terminalId, limit).map((record) => publicCell(this.#record(record.id) ?? record));
  }

  held(): Cell[] {
    return [...this.#terminals.values()].flatMap(({ held }) => (held === null ? [] : [publicCell(held.record)]));
  }

  get(cellId: string): Cell {
    const record = this.#record(cellId);
    if (record === null) throw new Failure("not_found", `unknown cell '${cellId}'`);
    return publicCell(record);
  }

  output(cellId: string, from: number, length: number): { text: string; totalLength: number; complete: boolean } {
    const held = this.#heldCell(cellId);
    if (held !== null) return { ...held.output.read(from, length), complete: false };
    this.get(cellId);
    return { ...this.#options.store.readOutput(cellId, from, length), complete: true };
  }

  history(terminalId: string, offset: number, bytes: Uint8Array): HistoryLine[] {
    return historyOf(offset, bytes, this.#options.store.marks(terminalId, offset));
  }

  forget(terminalId: string): void {
    this.#terminals.get(terminalId)?.dispose();
    this.#terminals.delete(terminalId);
    this.#options.store.removeTerminal(terminalId);
  }

  dispose(): void {
    for (const terminal of this.#terminals.values()) terminal.dispose();
    this.#terminals.clear();
  }

  #terminal(terminalId: string): TerminalCells {
    const terminal = this.#terminals.get(terminalId);
    if (terminal === undefined) throw new Failure("not_found", `no live terminal '${terminalId}'`);
    return terminal;
  }

  #heldCell(cellId: string) {
    for (const { held } of this.#terminals.values()) if (held?.record.id === cellId) return held;
    return null;
  }

  /** Of a held cell the record in memory, which is newer. */
  #record(cellId: string): CellRecord | null {
    return this.#heldCell(cellId)?.record ?? this.#options.store.get(cellId);
  }

  #emit(event: CellEvent): void {
    const terminalId = "cell" in event ? event.cell.terminalId : event.terminalId;
    if (event.type === "fired" || event.type === "done" || event.type === "notify") {
      const offset = this.#terminals.get(terminalId)?.bytesOut ?? 0;
      try {
        this.#options.store.addMark({ terminalId, offset, event: withoutCode(event) });
      } catch (error) {
        // A full disk costs a line of the history; whoever waits for this event must have it all the same.
        console.error(`the history of ${terminalId} misses an event:`, error);
      }
    }
    for (const listener of this.#eventListeners) listener(event);
  }
}

/** History needs to know which cell it was, not its code. */
function withoutCode(event: CellEvent): CellEvent {
  return "cell" in event ? { ...event, cell: { ...event.cell, code: "" } } : event;
}

/** One line without control characters: a message with a line break is shown in one. */
function cleanMessage(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029]+/g, " ").trim();
}
