/** A live terminal as the cell engine sees it. */
import type { TerminalSize } from "#shared/contract/base.ts";
import type { CellEnd } from "#shared/contract/terminals.ts";
import { type CellTerminal, type ShellIntegration, type TerminalEnd, WriteError } from "../cells/cell-terminal.ts";
import type { LiveTerminal } from "./live.ts";
import type { TerminalRecord } from "./records.ts";

export class CellPort implements CellTerminal {
  readonly integration: ShellIntegration | null;
  readonly #record: TerminalRecord;
  readonly #live: LiveTerminal;
  readonly #ends = new Set<(end: TerminalEnd) => void>();

  constructor(record: TerminalRecord, live: LiveTerminal, integration: ShellIntegration | null) {
    this.#record = record;
    this.#live = live;
    this.integration = integration;
  }

  get id(): string {
    return this.#record.id;
  }
  get label(): string {
    return this.#record.name ?? this.#record.id;
  }
  get pid(): number {
    return this.#live.pty.pid;
  }
  get alive(): boolean {
    return !this.#live.output.ended;
  }
  get bytesOut(): number {
    return this.#live.output.bytes;
  }
  get size(): TerminalSize {
    return this.#record.size;
  }
  get cellEnd(): CellEnd {
    return this.#record.cellEnd;
  }
  get ttyPath(): string | null {
    return this.#live.pty.ttyPath;
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      const broken = (delivered: number): WriteError => new WriteError(`terminal ${this.label} has ended`, delivered);
      const taken = this.#live.pty.write(bytes, (delivered) => {
        if (delivered === bytes.byteLength) resolve();
        else reject(broken(delivered));
      });
      if (!taken) reject(broken(0));
    });
  }

  onOutput(listener: (bytes: Uint8Array, offset: number) => void): () => void {
    return this.#live.output.follow({ outputArrived: listener, outputEnded() {}, holdsBack: () => false });
  }

  onEnd(listener: (end: TerminalEnd) => void): () => void {
    this.#ends.add(listener);
    return () => this.#ends.delete(listener);
  }

  /** The terminal has ended: tells the engine, which must not keep others from hearing of it. */
  end(end: TerminalEnd): void {
    for (const listener of this.#ends) {
      try {
        listener(end);
      } catch (error) {
        console.error(`a cell of ${this.id} could not be ended:`, error);
      }
    }
  }
}
