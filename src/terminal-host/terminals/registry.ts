/** All terminals of this host, alive or not. */
import { randomBytes } from "node:crypto";
import { statSync } from "node:fs";
import { homedir } from "node:os";
import type { NewTerminal, Terminal as TerminalInfo } from "#shared/contract/terminals.ts";
import { Failure } from "#shared/failure.ts";
import type { PtyCommand, SpawnPty } from "../pty/pty.ts";
import type { TerminalRecord, TerminalRecords } from "./records.ts";
import { isFinal } from "./state.ts";
import { Terminal } from "./terminal.ts";

export type RegistryEvents = {
  changed(terminal: TerminalInfo): void;
  removed(id: string): void;
};

export type RegistryOptions = {
  records: TerminalRecords;
  spawn: SpawnPty;
  environment(): Promise<Record<string, string>>;
  events: RegistryEvents;
};

const defaultSize = { cols: 120, rows: 40 };
/** Counters change with every chunk; clients are told of them so often at most, in ms. */
const tellEveryMs = 250;

export class Registry {
  readonly #options: RegistryOptions;
  readonly #terminals = new Map<string, Terminal>();
  readonly #telling = new Map<Terminal, NodeJS.Timeout>();

  constructor(options: RegistryOptions) {
    this.#options = options;
    this.#load();
  }

  get liveCount(): number {
    let count = 0;
    for (const terminal of this.#terminals.values()) if (terminal.alive) count++;
    return count;
  }

  list(): TerminalInfo[] {
    return [...this.#terminals.values()].map((terminal) => terminal.info);
  }

  /** Throws `not_found`. */
  get(id: string): Terminal {
    const terminal = this.#terminals.get(id);
    if (!terminal) throw new Failure("not_found", `Unknown terminal: ${id}`);
    return terminal;
  }

  async create(wanted: NewTerminal): Promise<Terminal> {
    const record = this.#newRecord(wanted);
    // In the table before anything is awaited, so that no two can have one name.
    const terminal = new Terminal(record, { changed: (changed, important) => this.#changed(changed, important) });
    this.#terminals.set(record.id, terminal);
    this.#options.records.save(record);
    try {
      terminal.start(await this.#command(wanted, record), this.#options.spawn);
    } catch (error) {
      if (terminal.alive) terminal.failed(error);
      throw error instanceof Failure
        ? error
        : new Failure("failed", `Failed to spawn PTY: ${(error as Error).message}`);
    }
    return terminal;
  }

  #newRecord(wanted: NewTerminal): TerminalRecord {
    const now = new Date().toISOString();
    for (const other of this.#terminals.values()) {
      if (wanted.name !== undefined && other.alive && other.record.name === wanted.name) {
        throw new Failure("conflict", `Terminal already exists: ${wanted.name}`);
      }
    }
    let id: string;
    do id = `term-${randomBytes(4).toString("hex")}`;
    while (this.#terminals.has(id));
    return {
      id,
      name: wanted.name ?? null,
      title: "",
      command: wanted.command ?? wanted.argv?.join(" ") ?? process.env["SHELL"] ?? "/bin/sh",
      argv: wanted.argv ?? null,
      cwd: wanted.cwd ?? homedir(),
      currentCwd: null,
      state: "starting",
      pid: null,
      pidStarted: null,
      exitCode: null,
      size: wanted.size ?? defaultSize,
      bytesOut: 0,
      linesOut: 0,
      lastLine: "",
      truncated: false,
      owner: wanted.owner ?? {},
      cellEnd: wanted.cellEnd ?? { mode: "integration" },
      integrated: false,
      restartedFrom: null,
      createdAt: now,
      updatedAt: now,
      resolvedAt: null,
    };
  }

  async #command(wanted: NewTerminal, record: TerminalRecord): Promise<PtyCommand> {
    const cwd = record.cwd ?? homedir();
    if (!statSync(cwd, { throwIfNoEntry: false })?.isDirectory()) {
      throw new Failure("not_found", `There is no folder ${cwd}`, { hint: "Choose a folder that exists." });
    }
    const env = await this.#options.environment();
    for (const [name, value] of Object.entries(wanted.env ?? {})) {
      if (value === null) delete env[name];
      else env[name] = value;
    }
    env["CELLAR_TERMINAL_ID"] = record.id;
    const [file, ...args] = argvOf(wanted, env);
    return { file: file!, args, cwd, env, size: record.size };
  }

  #changed(terminal: Terminal, important: boolean): void {
    if (important) {
      this.#options.records.save(terminal.record);
      const waiting = this.#telling.get(terminal);
      if (waiting) clearTimeout(waiting);
      this.#telling.delete(terminal);
      this.#options.events.changed(terminal.info);
    } else if (!this.#telling.has(terminal)) {
      const tell = (): void => {
        this.#telling.delete(terminal);
        this.#options.events.changed(terminal.info);
      };
      this.#telling.set(terminal, setTimeout(tell, tellEveryMs));
    }
  }

  #load(): void {
    const now = new Date().toISOString();
    const lost: TerminalRecord[] = [];
    for (const record of this.#options.records.all()) {
      if (!isFinal(record.state)) {
        // Past the table of transitions: the host that ran it is gone, whatever it was doing.
        record.state = "stream_lost";
        record.updatedAt = now;
        record.resolvedAt ??= now;
        lost.push(record);
      }
      this.#terminals.set(record.id, new Terminal(record, { changed: (t, important) => this.#changed(t, important) }));
    }
    if (lost.length === 0) return;
    this.#options.records.save(...lost);
    console.log(`${lost.length} terminals were lost with the terminal host that ran them`);
  }
}

function argvOf(wanted: NewTerminal, env: Record<string, string>): string[] {
  if (wanted.argv) return wanted.argv;
  if (wanted.command === undefined) return [env["SHELL"] ?? "/bin/sh", "-i"];
  const command = wanted.command.trim();
  if (command === "") throw new Failure("invalid_input", "Command cannot be empty");
  return ["/bin/sh", "-c", command];
}
