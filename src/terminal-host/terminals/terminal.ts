/** One terminal while the host knows it: its record, its output, and its PTY as long as that lives. */
import type { TerminalSize } from "#shared/contract/base.ts";
import type { Terminal as TerminalInfo } from "#shared/contract/terminals.ts";
import { Failure } from "#shared/failure.ts";
import type { Pty, PtyCommand, SpawnPty } from "../pty/pty.ts";
import { Attachment } from "./attachment.ts";
import { Output } from "./output.ts";
import type { TerminalRecord } from "./records.ts";
import { checkTransition, isFinal, stateAtEnd } from "./state.ts";
import type { Snapshot } from "./stream-frames.ts";

export type TerminalEvents = {
  /** Something of the record has changed; `important` when it has to be saved and told at once. */
  changed(terminal: Terminal, important: boolean): void;
};

export class Terminal {
  readonly record: TerminalRecord;
  readonly output = new Output();
  readonly #events: TerminalEvents;
  #pty: Pty | null = null;
  #killed = false;
  readonly #attachments = new Map<Attachment, { size: TerminalSize | null }>();
  /** The attachment whose size counts: the last one that had the focus. */
  #sizing: Attachment | null = null;

  constructor(record: TerminalRecord, events: TerminalEvents) {
    this.record = record;
    this.#events = events;
  }

  get id(): string {
    return this.record.id;
  }
  get alive(): boolean {
    return !isFinal(this.record.state);
  }
  get info(): TerminalInfo {
    const { pidStarted: _, ...record } = this.record;
    if (this.#pty) this.#takeCounters();
    return { ...record, ...this.#counters(), heldCellId: null };
  }

  /** Starts the program. On failure the record is `failed`, says why in `lastLine`, and the failure is thrown on. */
  start(command: PtyCommand, spawn: SpawnPty): void {
    try {
      this.#pty = spawn(command, {
        output: (chunk) => {
          this.output.append(chunk);
          this.#events.changed(this, false);
        },
        end: (exitCode) => this.#ended(exitCode),
      });
    } catch (error) {
      this.failed(error);
      throw error;
    }
    this.output.from(this.#pty);
    this.record.pid = this.#pty.pid;
    this.#to("running");
  }

  failed(error: unknown): void {
    this.record.lastLine = `spawn failed: ${error instanceof Error ? error.message : String(error)}`.slice(0, 200);
    this.#to("failed");
  }

  /** Number of bytes taken: all of them, or 0 when the terminal has ended. */
  write(bytes: Uint8Array): number {
    return this.#pty?.write(bytes) ? bytes.byteLength : 0;
  }

  resize(size: TerminalSize): void {
    this.#resize(size);
  }

  kill(force: boolean): void {
    if (!this.#pty) return;
    this.#killed = true;
    try {
      process.kill(-this.#pty.pid, force ? "SIGKILL" : "SIGTERM");
    } catch {}
  }

  attach(size: TerminalSize | null, focused: boolean, send: (frame: Buffer) => void): Attachment {
    const attachment = new Attachment({ output: this.output, send, snapshot: () => this.#snapshot() });
    this.#attachments.set(attachment, { size });
    if (focused || this.#sizing === null) this.focus(attachment, true);
    return attachment;
  }

  detach(attachment: Attachment): void {
    attachment.close();
    this.#attachments.delete(attachment);
    if (this.#sizing === attachment) this.#sizing = null;
  }

  /** Losing the focus keeps the say over the size until another client takes it: a window in the background is still laid out. */
  focus(attachment: Attachment, focused: boolean): void {
    if (!focused) return;
    this.#sizing = attachment;
    const size = this.#attachments.get(attachment)?.size;
    if (size) this.#resize(size);
  }

  clientSize(attachment: Attachment, size: TerminalSize): void {
    const client = this.#attachments.get(attachment);
    if (!client) return;
    client.size = size;
    this.#sizing ??= attachment;
    if (this.#sizing === attachment) this.#resize(size);
  }

  /** Every client is told, the one that asked too: the change has its place among the bytes, and an emulator must make it there. */
  #resize(size: TerminalSize): void {
    const { cols, rows } = this.record.size;
    if (!this.#pty || (size.cols === cols && size.rows === rows)) return;
    this.#pty.resize(size);
    this.record.size = size;
    for (const attachment of this.#attachments.keys()) attachment.sizeChanged(size);
    this.#events.changed(this, false);
  }

  async #snapshot(): Promise<Snapshot> {
    const { ring } = this.output;
    return { offset: ring.end, ...this.record.size, screen: ring.slice(ring.start, ring.end) };
  }

  #counters() {
    return {
      bytesOut: this.record.bytesOut,
      linesOut: this.record.linesOut,
      lastLine: this.record.lastLine,
      truncated: this.record.truncated,
    };
  }

  #takeCounters(): void {
    this.record.bytesOut = this.output.bytes;
    this.record.linesOut = this.output.lines;
    this.record.truncated = this.output.truncated;
    this.record.lastLine = this.output.lastLine();
  }

  #ended(exitCode: number | null): void {
    this.#takeCounters();
    this.#pty = null;
    this.record.exitCode = exitCode;
    this.#to(stateAtEnd(exitCode, this.#killed));
    this.output.end();
  }

  #to(state: TerminalRecord["state"]): void {
    checkTransition(this.id, this.record.state, state);
    const now = new Date().toISOString();
    this.record.state = state;
    this.record.updatedAt = now;
    if (isFinal(state)) this.record.resolvedAt ??= now;
    this.#events.changed(this, true);
  }
}

export function endedFailure(id: string): Failure {
  return new Failure("conflict", `Terminal ${id} has ended`, { hint: "Restart it, or open a new one." });
}
