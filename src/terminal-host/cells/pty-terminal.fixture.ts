/** For tests of the engine: terminals on real PTYs and a store in a real file, without the rest of the host. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type IPty, spawn } from "node-pty";
import { openStore } from "#node/store/index.ts";
import type { CellEvent } from "#shared/contract/cells.ts";
import type { CellEnd } from "#shared/contract/terminals.ts";
import type { CellEngine, CellStore, CellTerminal, TerminalEnd } from "./cell-terminal.ts";
import { WriteError } from "./cell-terminal.ts";
import { createCellEngine } from "./engine.ts";
import { withShellIntegration } from "./shell-integration.ts";
import { cellsSchema, sqliteCellStore } from "./sqlite-cell-store.ts";

export class PtyTerminal implements CellTerminal {
  readonly id: string;
  label: string;
  readonly pid: number;
  alive = true;
  bytesOut = 0;
  readonly size: { cols: number; rows: number };
  cellEnd: CellEnd;
  readonly integration: CellTerminal["integration"];
  readonly ttyPath: string | null;
  /** What was written, for tests that nothing was. */
  written = 0;
  everything = "";
  brokenWrites = false;
  /** Writes are through long before it is said. */
  slowWrites = false;
  readonly #pty: IPty;
  readonly #output = new Set<(bytes: Uint8Array, offset: number) => void>();
  readonly #ends = new Set<(end: TerminalEnd) => void>();
  #killed = false;
  readonly ended: Promise<void>;

  constructor(id: string, argv: string[], cellEnd: CellEnd, options: TerminalOptions = {}) {
    this.id = id;
    this.label = id;
    this.cellEnd = cellEnd;
    this.size = { cols: options.cols ?? 100, rows: 30 };
    const base = {
      PATH: process.env["PATH"] ?? "",
      HOME: options.home ?? tmpdir(),
      LANG: "C.UTF-8",
      TERM: "xterm-256color",
      PYTHON_HISTORY: "/dev/null",
      NODE_REPL_HISTORY: "",
      ...options.env,
    };
    const start =
      cellEnd.mode === "integration"
        ? withShellIntegration({ argv, env: base })
        : { argv, env: base, integration: null };
    this.integration = start.integration;
    this.#pty = spawn(start.argv[0]!, start.argv.slice(1), {
      ...this.size,
      cwd: options.cwd ?? tmpdir(),
      env: start.env,
      encoding: null,
    });
    this.pid = this.#pty.pid;
    this.ttyPath = (this.#pty as unknown as { ptsName?: string }).ptsName ?? null;
    this.#pty.onData((data) => {
      const bytes = data as unknown as Buffer;
      const offset = this.bytesOut;
      this.bytesOut += bytes.length;
      if (this.everything.length < 1_000_000) this.everything += bytes.toString("latin1");
      for (const listener of this.#output) listener(bytes, offset);
    });
    this.ended = new Promise((resolve) => {
      this.#pty.onExit(({ exitCode }) => {
        this.alive = false;
        for (const listener of this.#ends) listener({ killed: this.#killed, exitCode });
        resolve();
      });
    });
  }

  write(bytes: Uint8Array): Promise<void> {
    if (this.brokenWrites || !this.alive) return Promise.reject(new WriteError("the terminal takes no input", 0));
    this.written += bytes.length;
    this.#pty.write(Buffer.from(bytes) as unknown as string);
    return this.slowWrites ? new Promise((resolve) => setTimeout(resolve, 100)) : Promise.resolve();
  }

  onOutput(listener: (bytes: Uint8Array, offset: number) => void): () => void {
    this.#output.add(listener);
    return () => this.#output.delete(listener);
  }

  onEnd(listener: (end: TerminalEnd) => void): () => void {
    this.#ends.add(listener);
    return () => this.#ends.delete(listener);
  }

  async kill(): Promise<void> {
    if (!this.alive) return;
    this.#killed = true;
    this.#pty.kill("SIGKILL");
    await this.ended;
  }
}

export type TerminalOptions = {
  cols?: number;
  env?: Record<string, string>;
  home?: string;
  cwd?: string;
  readyMs?: number;
};

/** An engine with its terminals; everything ends with {@link Bench.dispose}. */
export class Bench {
  readonly folder = mkdtempSync(join(tmpdir(), "cellar-cells-"));
  readonly #file = openStore({ path: join(this.folder, "cells.db"), migrations: [cellsSchema], durability: "normal" });
  readonly store: CellStore = sqliteCellStore(this.#file.database);
  readonly engine: CellEngine;
  readonly events: CellEvent[] = [];
  readonly terminals: PtyTerminal[] = [];

  constructor({ outputLimitBytes }: { outputLimitBytes?: number } = {}) {
    this.engine = createCellEngine({
      store: this.store,
      codeFolder: join(this.folder, "code"),
      ...(outputLimitBytes === undefined ? {} : { outputLimitBytes }),
    });
    this.engine.onEvent((event) => this.events.push(event));
  }

  /** A terminal whose program waits for input. */
  async open(argv: string[], cellEnd: CellEnd, options: TerminalOptions = {}): Promise<PtyTerminal> {
    const id = `term-${(0x10000000 + this.terminals.length).toString(16)}`;
    const terminal = new PtyTerminal(id, argv, cellEnd, { home: this.folder, cwd: this.folder, ...options });
    this.terminals.push(terminal);
    this.engine.attach(terminal);
    await this.engine.ready(id, options.readyMs ?? 10_000);
    return terminal;
  }

  async run(terminal: PtyTerminal, code: string, limitSeconds = 10) {
    const { cell, output } = await this.engine.run({ terminalId: terminal.id, code, limitSeconds, via: "script" });
    return { ...cell, output };
  }

  fire(terminal: PtyTerminal, code: string, limitSeconds = 10, via: "k" | "window" = "window") {
    return this.engine.fire({ terminalId: terminal.id, code, limitSeconds, via });
  }

  /** Resolves with the first event of a kind, from the beginning. */
  event(type: CellEvent["type"]): Promise<CellEvent> {
    const seen = this.events.find((event) => event.type === type);
    if (seen) return Promise.resolve(seen);
    return new Promise((resolve) => {
      const stop = this.engine.onEvent((event) => {
        if (event.type !== type) return;
        stop();
        resolve(event);
      });
    });
  }

  async dispose(): Promise<void> {
    for (const terminal of this.terminals) await terminal.kill();
    this.engine.dispose();
    this.#file.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
