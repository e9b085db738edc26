/** Pseudo-terminals on Windows: node-pty over ConPTY, which flushes its output before it reports the exit. */

import { createRequire } from "node:module";
import type { IPty } from "node-pty";
import type { TerminalSize } from "#shared/contract/base.ts";
import type { Pty, PtyCommand, PtyEvents } from "./pty.ts";

/** What is written to a child that has just ended fails on a socket that node-pty lets nobody listen to. */
type WithAgent = { _agent?: { inSocket?: NodeJS.EventEmitter } };

export function spawnWindowsPty(command: PtyCommand, events: PtyEvents): Pty {
  return new WindowsPty(command, events);
}

class WindowsPty implements Pty {
  readonly pid: number;
  readonly ttyPath = null;
  readonly pendingInput = 0;
  readonly #pty: IPty;
  #ended = false;

  constructor(command: PtyCommand, events: PtyEvents) {
    // Loaded here: elsewhere there is no ConPTY, and loading fails.
    const { spawn } = createRequire(import.meta.url)("node-pty") as typeof import("node-pty");
    const { file, args, cwd, env, size } = command;
    this.#pty = spawn(file, args, { cwd, env, cols: size.cols, rows: size.rows, encoding: null });
    this.pid = this.#pty.pid;
    (this.#pty as WithAgent)._agent?.inSocket?.on("error", () => {});
    this.#pty.onData((data) => events.output(Buffer.from(data)));
    this.#pty.onExit(({ exitCode }) => {
      this.#ended = true;
      events.end(exitCode);
    });
  }

  write(bytes: Uint8Array, written?: (delivered: number) => void): boolean {
    if (this.#ended) return false;
    this.#pty.write(Buffer.from(bytes));
    written?.(bytes.byteLength);
    return true;
  }

  resize({ cols, rows }: TerminalSize): void {
    if (!this.#ended) this.#pty.resize(cols, rows);
  }

  pause(): void {
    this.#pty.pause();
  }

  resume(): void {
    this.#pty.resume();
  }
}
