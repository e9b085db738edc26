/**
 * The terminals and their recent cells as main knows them: what the host last said, kept as live lists. While the host is away the lists
 * stay as they were; only when it is gone for good are its terminals called lost.
 */
import type { Cell } from "#shared/contract/cells.ts";
import type { NewTerminal, Terminal } from "#shared/contract/terminals.ts";
import { LiveList } from "#shared/live-list.ts";
import { decodeHostFrame, encodeClientFrame, type HostFrame } from "#shared/terminals/stream.ts";
import type { TerminalHostClient } from "#terminal-host/client/index.ts";
import type { HostEvent, HostedTerminal } from "#terminal-host/protocol.ts";
import { finalStates } from "./states.ts";

export type TerminalServiceParts = {
  client: TerminalHostClient;
  /** Directory of a workspace. Throws `not_found`, or `conflict` when nothing can be started there. */
  workspaceFolder: (workspaceId: string) => Promise<string>;
  /** Puts a terminal that was asked for from inside a bottle into that bottle. Throws when it cannot be, and then there is none. */
  inherit: (wanted: NewTerminal) => Promise<NewTerminal>;
  /** Told what went wrong where nobody waits for an answer. */
  failed: (error: unknown, what: string) => void;
};

/** Cells kept in the list of recent ones; older ones are asked for by terminal. */
const recentCells = 500;

export class TerminalService {
  readonly terminals = new LiveList<Terminal>();
  readonly cells = new LiveList<Cell>();
  readonly #parts: TerminalServiceParts;
  readonly #eventListeners = new Set<(event: HostEvent) => void>();
  readonly #changeListeners = new Set<(terminal: Terminal) => void>();
  readonly #ends: (() => void)[];
  /** Settles when the host has said what there is, or is not going to. */
  readonly #known = Promise.withResolvers<void>();

  constructor(parts: TerminalServiceParts) {
    this.#parts = parts;
    this.#ends = [
      parts.client.onEvent((event) => this.#take(event)),
      parts.client.onStatus((status) => {
        if (status.state !== "lost" || !status.givenUp) return;
        this.#known.resolve();
        this.#callLost();
      }),
    ];
  }

  /** Looks for the host, or starts it; its outcome is in the client's status. */
  connect(): void {
    this.#parts.client
      .connect()
      .catch((error: unknown) => this.#parts.failed(error, "connecting to the terminal host"));
  }

  /** Ends what listens here; terminals go on. */
  close(): void {
    for (const end of this.#ends) end();
    this.#known.resolve();
  }

  /** Resolves when the lists can be believed: the first look at the host is over. */
  known(): Promise<void> {
    return this.#known.promise;
  }

  list(): Terminal[] {
    return this.terminals.values();
  }

  /** As `create`, with the isolation of the terminal it was asked for from. */
  async createFor(wanted: NewTerminal): Promise<Terminal> {
    return this.create(await this.#parts.inherit(wanted));
  }

  async create(wanted: HostedTerminal): Promise<Terminal> {
    const workspaceId = wanted.owner?.workspaceId;
    if (workspaceId === undefined) return this.#parts.client.call("terminals.create", wanted);
    const folder = await this.#parts.workspaceFolder(workspaceId);
    return this.#parts.client.call("terminals.create", { ...wanted, cwd: wanted.cwd ?? folder });
  }

  /** The cell that holds the terminal now, where it is known. */
  heldCell(terminalId: string): Cell | undefined {
    const id = this.terminals.get(terminalId)?.heldCellId;
    return id ? this.cells.get(id) : undefined;
  }

  /** Types text. */
  write(id: string, text: string): Promise<{ bytesWritten: number }> {
    return this.#parts.client.call("terminals.write", { id, text });
  }

  /** The last `lines` lines of the output, escape sequences removed. */
  async tail(id: string, lines: number): Promise<string> {
    return (await this.#parts.client.call("terminals.capture", { id, lines, tail: true })).text;
  }

  kill(id: string, force: boolean): Promise<Terminal> {
    return this.#parts.client.call("terminals.kill", { id, force });
  }

  /** Forgets a terminal in a final state. */
  async remove(id: string): Promise<void> {
    await this.#parts.client.call("terminals.remove", { id });
  }

  /** Every event of the host. Returns what ends it. */
  onEvent(listener: (event: HostEvent) => void): () => void {
    this.#eventListeners.add(listener);
    return () => this.#eventListeners.delete(listener);
  }

  /** Every terminal that is new or has changed, also those found when the host is (re)connected. Returns what ends it. */
  onChange(listener: (terminal: Terminal) => void): () => void {
    this.#changeListeners.add(listener);
    return () => this.#changeListeners.delete(listener);
  }

  /**
   * Watches a terminal's stream without focus or size, acknowledging every frame: first the snapshot, then what follows. Resolves when the
   * stream has ended or `signal` was aborted; rejects when it could not be opened.
   */
  async observe(id: string, frame: (frame: HostFrame) => void, signal: AbortSignal): Promise<void> {
    const stream = await this.#parts.client.openStream({ terminalId: id, size: null, focused: false });
    const stop = () => stream.close();
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    stream.onFrame((bytes) => {
      if (signal.aborted) return;
      const received = decodeHostFrame(bytes);
      frame(received);
      const offset = parsedOffset(received);
      if (offset !== null) stream.send(encodeClientFrame({ type: "ack", offset }));
      if (received.type === "end") stop();
    });
    await stream.closed;
    signal.removeEventListener("abort", stop);
  }

  #take(event: HostEvent): void {
    switch (event.type) {
      case "all":
        this.terminals.reset(event.terminals);
        this.cells.reset(event.heldCells);
        this.#known.resolve();
        for (const terminal of event.terminals) this.#tellChange(terminal);
        void this.#fetchRecentCells();
        break;
      case "terminal":
        this.terminals.set(event.terminal);
        this.#tellChange(event.terminal);
        break;
      case "terminalRemoved":
        this.terminals.remove(event.id);
        for (const cell of this.cells.values()) if (cell.terminalId === event.id) this.cells.remove(cell.id);
        break;
      case "cell":
        if ("cell" in event.event) this.#keep(event.event.cell);
        break;
      default:
        break;
    }
    for (const listener of this.#eventListeners) listener(event);
  }

  #tellChange(terminal: Terminal): void {
    for (const listener of this.#changeListeners) listener(terminal);
  }

  async #fetchRecentCells(): Promise<void> {
    try {
      const cells = await this.#parts.client.call("cells.list", { terminalId: null, limit: recentCells });
      // What an event has said meanwhile is newer than the answer.
      for (const cell of cells) if (this.cells.get(cell.id) === undefined) this.cells.set(cell);
    } catch (error) {
      this.#parts.failed(error, "reading the recent cells");
    }
  }

  #keep(cell: Cell): void {
    this.cells.set(cell);
    const kept = this.cells.values();
    if (kept.length <= recentCells) return;
    const ended = kept.filter((each) => each.endedAt !== null).sort((a, b) => a.startedAt.localeCompare(b.startedAt));
    for (const old of ended.slice(0, kept.length - recentCells)) this.cells.remove(old.id);
  }

  /** The host is gone and nobody starts another: its terminals are not running, whatever they were. */
  #callLost(): void {
    const now = new Date().toISOString();
    for (const terminal of this.terminals.values()) {
      if (finalStates.has(terminal.state)) continue;
      const lost: Terminal = { ...terminal, state: "stream_lost", updatedAt: now, resolvedAt: now, heldCellId: null };
      this.terminals.set(lost);
      this.#tellChange(lost);
    }
    for (const cell of this.cells.values()) {
      if (cell.endedAt !== null) continue;
      this.cells.set({ ...cell, state: "error", error: "watcher died", endedAt: now });
    }
  }
}

function parsedOffset(frame: HostFrame): number | null {
  if (frame.type === "snapshot") return frame.offset;
  return frame.type === "data" ? frame.offset + frame.bytes.byteLength : null;
}
