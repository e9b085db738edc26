/** What the terminal host needs of a pseudo-terminal, whatever the operating system. */
import type { TerminalSize } from "#shared/contract/base.ts";

export type PtyCommand = {
  file: string;
  args: string[];
  cwd: string;
  /** The whole environment. */
  env: Record<string, string>;
  size: TerminalSize;
};

export type PtyEvents = {
  /** Bytes exactly as the program wrote them (after the line discipline). The buffer is only valid during the call. */
  output(chunk: Buffer): void;
  /**
   * Once, after the last byte and after the exit are both known. `exitCode`: 0 to 255, or minus the signal number;
   * null when it cannot be known.
   */
  end(exitCode: number | null): void;
};

export interface Pty {
  readonly pid: number;
  /** The terminal's device; null where there is none. */
  readonly ttyPath: string | null;
  /** Bytes accepted by {@link write} that the program has not taken yet. */
  readonly pendingInput: number;
  /**
   * Takes all bytes, keeps their order and never blocks; false after the end (nothing is taken then, nothing reported).
   * `written` is told how many of these bytes the operating system has taken when all have been, or when the terminal ends first.
   */
  write(bytes: Uint8Array, written?: (delivered: number) => void): boolean;
  resize(size: TerminalSize): void;
  /** Stops reading: the program blocks once the kernel's buffer is full. */
  pause(): void;
  resume(): void;
}

export type SpawnPty = (command: PtyCommand, events: PtyEvents) => Pty;
