/**
 * The seam between the terminal host and its cell engine: what the engine needs of a terminal and of a store, and what it offers.
 *
 * The host makes one engine, calls {@link CellEngine.recover} before any terminal exists, gives it every terminal by
 * {@link CellEngine.attach} in the same turn in which it was spawned, and passes its events on.
 */
import type { TerminalSize } from "#shared/contract/base.ts";
import type { Cell, CellEvent } from "#shared/contract/cells.ts";
import type { CellEnd } from "#shared/contract/terminals.ts";
import type { PollResult, Via } from "../protocol.ts";

/** What `withShellIntegration` injected into a shell at its start. */
export type ShellIntegration = {
  shell: "bash" | "zsh" | "fish" | "pwsh";
  /** Secret of this terminal: only marks that carry it count. Never shown, logged or stored. */
  nonce: string;
};

/** How a terminal ended: `killed` when somebody asked for it, else the exit status (or minus the signal number). */
export type TerminalEnd = { killed: boolean; exitCode: number | null };

/** A live terminal, as far as cells are concerned. */
export interface CellTerminal {
  readonly id: string;
  /** What messages call it: its name, else its id. May change. */
  readonly label: string;
  /** Of the program in it. */
  readonly pid: number | null;
  readonly alive: boolean;
  /** Bytes put out since spawn. Inside an `onOutput` call it already counts that chunk. */
  readonly bytesOut: number;
  readonly size: TerminalSize;
  /** May change while no cell is held (`terminals.setCellEnd`). */
  readonly cellEnd: CellEnd;
  /** What was injected at spawn; null when nothing was. */
  readonly integration: ShellIntegration | null;
  /** The terminal's device (`/dev/pts/3`; node-pty's `ptsName`), null where there is none. */
  readonly ttyPath: string | null;
  /**
   * Queues bytes for the program, behind everything queued before. Resolves when all of them were handed to the operating system.
   * Rejects with `delivered` (bytes that got through, as far as known) when they cannot be.
   */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Called synchronously with each chunk of output, in order, without gap; `offset` is that of its first byte since spawn.
   * The listener does not keep or change the bytes. Returns the function that ends the subscription.
   */
  onOutput(listener: (bytes: Uint8Array, offset: number) => void): () => void;
  /** Called once, after the last output. */
  onEnd(listener: (end: TerminalEnd) => void): () => void;
}

/** Rejection of {@link CellTerminal.write}. */
export class WriteError extends Error {
  /** Bytes of this write that reached the program's terminal before it failed. */
  readonly delivered: number;

  constructor(message: string, delivered: number) {
    super(message);
    this.name = "WriteError";
    this.delivered = delivered;
  }
}

/** A cell as it is stored: the public record, and whether its result still waits for the one `poll` that may fetch it. */
export type CellRecord = Cell & { pollable: boolean };

/**
 * Where cells are kept (terminals.db). Synchronous: what it has returned from survives a crash of the host (not necessarily of the
 * machine). Offsets and lengths of output count UTF-16 code units.
 */
export interface CellStore {
  /** Inserts or replaces a record; `output` is appended to what is stored of the cell's output, at offset `from`. */
  save(record: CellRecord, output?: { from: number; text: string }): void;
  appendOutput(cellId: string, from: number, text: string): void;
  get(cellId: string): CellRecord | null;
  /** Newest first; of all terminals when null. */
  list(terminalId: string | null, limit: number): CellRecord[];
  /** Cells in state `running` or `timeout`: after a start of the host, those whose watcher died. */
  unresolved(): CellRecord[];
  readOutput(cellId: string, from: number, length: number): { text: string; totalLength: number };
  /** What happened at which byte of the terminal's output, for `history`; only the newest 1 000 of a terminal are kept. */
  addMark(mark: HistoryMark): void;
  /** In order of offset, from this offset on. */
  marks(terminalId: string, fromOffset: number): HistoryMark[];
  /** Forgets everything about a terminal. */
  removeTerminal(terminalId: string): void;
}

/** An event with its place in a terminal's output. */
export type HistoryMark = { terminalId: string; offset: number; event: CellEvent };

/** What the engine learns about a terminal and its record shows. */
export type TerminalFacts = { integrated: boolean; currentCwd: string | null; heldCellId: string | null };

export type Submission = { terminalId: string; code: string; limitSeconds: number; via: Via };

/** A line of `history` and `watch`: filtered output, or something that happened (features AT-20). */
export type HistoryLine = { type: "output"; text: string } | { type: "event"; event: CellEvent };

export interface CellEngine {
  /** Cells that a host which is gone held become `error` with `watcher died`; `held` says which of the unresolved those are. Returns them. */
  recover(held?: (cell: Pick<Cell, "terminalId">) => boolean): Cell[];
  /** From now on cells can be submitted to this terminal. Call before its first output can arrive. */
  attach(terminal: CellTerminal): void;
  facts(terminalId: string): TerminalFacts;
  onFacts(listener: (terminalId: string, facts: TerminalFacts) => void): () => void;
  onEvent(listener: (event: CellEvent) => void): () => void;
  /** Resolves once the terminal's program waits for input for the first time (its prompt is there), or after `withinMs`; true if it does. */
  ready(terminalId: string, withinMs: number): Promise<boolean>;

  /** Submits code and resolves when it was sent. `conflict` with `active cell '<id>'` when held; nothing is sent then. */
  fire(submission: Submission): Promise<Cell>;
  /** Submits code and resolves when the cell is done, over its limit, or failed; an abort interrupts it as Ctrl-C in `k run` does. */
  run(submission: Submission, signal?: AbortSignal): Promise<{ cell: Cell; output: string }>;
  /** As `k poll` (features AT-18): hands a result out once. `label` is what messages call the terminal, which may be gone. Null: the active cell. */
  poll(terminalId: string, label: string, cellId: string | null): PollResult;
  /** Ctrl-C; a held cell ends as `interrupted`. Null when none was held. `failed` with `interrupt failed; use k kill` when it cannot be delivered. */
  interrupt(terminalId: string): Promise<Cell | null>;
  notify(terminalId: string, message: string, from: string): void;

  list(terminalId: string | null, limit: number): Cell[];
  /** Cells in state `running` or `timeout`. */
  held(): Cell[];
  get(cellId: string): Cell;
  /** Never consumes. `complete` is false while the cell may still print. Lengths count UTF-16 code units. */
  output(cellId: string, from: number, length: number): { text: string; totalLength: number; complete: boolean };
  /** The filtered lines of a piece of a terminal's output that starts at `offset`, with the events that fell into it. */
  history(terminalId: string, offset: number, bytes: Uint8Array): HistoryLine[];

  /** Forgets a finished terminal with its cells. */
  forget(terminalId: string): void;
  /** Stops timers and hook programs; the host is going down. Held cells stay held in the store and are found by `recover`. */
  dispose(): void;
}
