/** All terminals of this host, alive or not. */
import { randomBytes } from "node:crypto";
import { homedir } from "node:os";
import { endTrees, type Tree } from "#node/processes/end-tree.ts";
import type { Activity } from "#shared/contract/activities.ts";
import type { Terminal as TerminalInfo } from "#shared/contract/terminals.ts";
import { Failure } from "#shared/failure.ts";
import type { CellEngine } from "../cells/cell-terminal.ts";
import type { HostedTerminal } from "../protocol.ts";
import type { SpawnPty } from "../pty/pty.ts";
import { removeScreen } from "../screen/saved-screen.ts";
import type { Screens } from "../screen/screens.ts";
import { Bells } from "./bells.ts";
import { Changes } from "./changes.ts";
import { defaultSize, describeCommand, startCommand } from "./commands.ts";
import { EndedScreens } from "./ended-screens.ts";
import { defaultLogMegabytes, removeLog } from "./log.ts";
import { nestedHostMarker, terminalMarker } from "./markers.ts";
import type { TerminalRecord, TerminalRecords } from "./records.ts";
import { isFinal } from "./state.ts";
import type { TerminalSurroundings } from "./surroundings.ts";
import { Terminal } from "./terminal.ts";

export type RegistryEvents = {
  changed(terminal: TerminalInfo): void;
  removed(id: string): void;
  /** `count` times since the last call. */
  bell(terminalId: string, count: number): void;
  activity(activity: Activity): void;
  notification(terminalId: string, title: string, body: string): void;
};

export type RegistryOptions = {
  records: TerminalRecords;
  /** Folder of logs and saved screens. */
  folder: string;
  screens: Screens;
  spawn: SpawnPty;
  cells: CellEngine;
  /** The person's login environment. */
  environment(): Promise<Record<string, string>>;
  /** Cellar's, for TERM_PROGRAM_VERSION. */
  version: string;
  /** CELLAR_HOME, so that `k` in a terminal finds this host. */
  home: string;
  events: RegistryEvents;
};

/** More live terminals than this are a mistake of a script, and would take all of the system's PTYs. */
const liveLimit = 2000;
const defaultScrollback = 10_000;

export class Registry {
  readonly #options: RegistryOptions;
  readonly #terminals = new Map<string, Terminal>();
  /** Those that an older host runs. */
  readonly #elsewhere = new Set<string>();
  readonly #changes: Changes<Terminal>;
  readonly #surroundings: TerminalSurroundings<Terminal>;
  #ending = false;
  #scrollback = defaultScrollback;
  #logLimit = defaultLogMegabytes * 1024 * 1024;

  constructor(options: RegistryOptions) {
    this.#options = options;
    const { folder, screens, spawn, cells, records, events } = options;
    this.#changes = new Changes<Terminal>(records, (terminal) => events.changed(terminal.info));
    cells.onFacts((terminalId, facts) => this.#terminals.get(terminalId)?.learnt(facts));
    const bells = new Bells(events.bell);
    const scrollback = (): number => this.#scrollback;
    this.#surroundings = {
      folder,
      screens,
      spawn,
      cells,
      endedScreens: new EndedScreens(folder, screens, scrollback),
      scrollback,
      logLimit: () => this.#logLimit,
      changed: (terminal, important) => this.#changes.changed(terminal, important),
      save: (terminal) => records.save(terminal.record),
      active: events.activity,
      noticed(terminal, notice) {
        if (notice.type === "bell") bells.rang(terminal.id, notice.count);
        else if (notice.type === "notification") events.notification(terminal.id, notice.title, notice.body);
      },
    };
  }

  /** Folder of logs and saved screens. */
  get folder(): string {
    return this.#options.folder;
  }

  /** Of this host's own. */
  get liveCount(): number {
    return this.#alive().length;
  }

  /** All of them, oldest first. */
  [Symbol.iterator](): IterableIterator<Terminal> {
    return this.#terminals.values();
  }

  list(): TerminalInfo[] {
    return [...this.#terminals.values()].map((terminal) => terminal.info);
  }

  /** Of launched programs, alive or ended. */
  activities(): Activity[] {
    return [...this.#terminals.values()].flatMap(({ activity }) => activity?.activity ?? []);
  }

  find(id: string): Terminal | undefined {
    return this.#terminals.get(id);
  }

  /** Throws `not_found`. */
  get(id: string): Terminal {
    const terminal = this.#terminals.get(id);
    if (!terminal) throw new Failure("not_found", `Unknown terminal: ${id}`);
    return terminal;
  }

  /** As {@link get}, for what only the host that runs it can do. Throws `unavailable` when that is an older one. */
  reachable(id: string): Terminal {
    const terminal = this.get(id);
    if (terminal.elsewhere === null) return terminal;
    throw new Failure("unavailable", `Terminal ${id} runs in an older Cellar (${terminal.elsewhere})`, {
      hint: "It goes on there. You can end it; its output is here when it has ended.",
    });
  }

  isElsewhere(id: string): boolean {
    return this.#elsewhere.has(id);
  }

  /**
   * What earlier hosts left. `olderVersions`: of hosts that still live, and have what is not final; null: there is none, those records become
   * `stream_lost`, and what still runs of them is ended in the background.
   */
  load(olderVersions: string | null): void {
    const lost: TerminalRecord[] = [];
    for (const record of this.#options.records.all()) {
      const terminal = new Terminal(record, wantedOf(record), this.#surroundings);
      this.#terminals.set(record.id, terminal);
      if (isFinal(record.state)) continue;
      if (olderVersions === null) {
        lost.push(record);
        continue;
      }
      this.#elsewhere.add(record.id);
      terminal.toldElsewhere(record, olderVersions);
    }
    this.#lost(lost);
  }

  /**
   * Reads what older hosts have written of their terminals. `gone`: none of them lives any more, and what has not ended is lost. Returns the ids
   * of those that are.
   */
  readElsewhere(gone: boolean): string[] {
    if (this.#elsewhere.size === 0) return [];
    const lost: TerminalRecord[] = [];
    const missing = new Set(this.#elsewhere);
    for (const record of this.#options.records.some([...this.#elsewhere])) {
      missing.delete(record.id);
      const terminal = this.get(record.id);
      const ended = isFinal(record.state);
      if (!ended && gone) lost.push(record);
      if (ended || gone) this.#elsewhere.delete(record.id);
      else if (JSON.stringify(record) === JSON.stringify(terminal.record)) continue;
      terminal.toldElsewhere(record, ended || gone ? null : terminal.elsewhere);
      if (ended && terminal.record.state !== record.state) this.#options.records.save(terminal.record);
      if (ended || !gone) this.#options.events.changed(terminal.info);
    }
    for (const id of missing) {
      this.#elsewhere.delete(id);
      this.#terminals.delete(id);
      this.#options.events.removed(id);
    }
    this.#lost(lost);
    for (const { id } of lost) this.#options.events.changed(this.get(id).info);
    return lost.map(({ id }) => id);
  }

  /** Past the table of transitions: the host that ran them is gone, whatever they were doing. */
  #lost(lost: readonly TerminalRecord[]): void {
    if (lost.length === 0) return;
    const now = new Date().toISOString();
    for (const record of lost) {
      record.state = "stream_lost";
      record.updatedAt = now;
      record.resolvedAt ??= now;
      Object.assign(this.get(record.id).record, record);
    }
    this.#options.records.save(...lost);
    console.log(`${lost.length} terminals were lost with the terminal host that ran them`);
    void endOrphans(lost);
  }

  configure({ logMegabytes, scrollback }: { logMegabytes?: number; scrollback?: number }): void {
    if (scrollback !== undefined) this.#scrollback = scrollback;
    if (logMegabytes === undefined) return;
    this.#logLimit = logMegabytes * 1024 * 1024;
    for (const { live } of this.#terminals.values()) if (live) live.logLimit = this.#logLimit;
  }

  /** Throws `conflict` for a name in use, and what {@link startCommand} and spawning throw; then the record is there, as `failed`. */
  async create(wanted: HostedTerminal, restartedFrom: string | null = null): Promise<Terminal> {
    const record = this.#newRecord(wanted, restartedFrom);
    // In the table before anything is awaited, so that no two can have one name.
    const terminal = new Terminal(record, wanted, this.#surroundings);
    this.#terminals.set(record.id, terminal);
    this.#changes.changed(terminal, true);
    try {
      const start = startCommand(record, wanted, await this.#options.environment(), this.#options);
      if (wanted.cellEnd === undefined && start.integration === null) record.cellEnd = { mode: "repeat" };
      terminal.start(start);
    } catch (error) {
      if (terminal.alive) terminal.failed(error);
      throw error instanceof Failure
        ? error
        : new Failure("failed", `Failed to spawn PTY: ${(error as Error).message}`);
    }
    return terminal;
  }

  restart(id: string): Promise<Terminal> {
    const { record, wanted } = this.get(id);
    if (!isFinal(record.state)) {
      throw new Failure("conflict", `cannot restart terminal in '${record.state}' state; kill it first`);
    }
    const name = record.name === null ? {} : { name: record.name };
    return this.create({ ...wanted, ...name, size: record.size, cellEnd: record.cellEnd, owner: record.owner }, id);
  }

  rename(id: string, name: string | null): Terminal {
    const terminal = this.reachable(id);
    if (name !== null && terminal.alive) this.#checkName(name, terminal);
    terminal.rename(name);
    return terminal;
  }

  /** Only from a final state. */
  async remove(id: string): Promise<void> {
    const terminal = this.get(id);
    if (terminal.alive) {
      throw new Failure("conflict", `Terminal ${id} is still running`, { hint: "Kill it first." });
    }
    this.#terminals.delete(id);
    this.#changes.forget(terminal);
    this.#options.cells.forget(id);
    this.#options.records.remove(id);
    this.#options.events.removed(id);
    await terminal.settled();
    await Promise.all([removeLog(this.#options.folder, id), removeScreen(this.#options.folder, id)]);
  }

  /** Makes no new ones, ends all that live, and resolves when their records are final and their output is on disk. */
  async endAll(force: boolean): Promise<void> {
    this.#ending = true;
    await Promise.all(this.#alive().map((terminal) => terminal.kill(force)));
    await Promise.all([...this.#terminals.values()].map((terminal) => terminal.settled()));
  }

  /** Terminals of which there is a log that a search may read: newest first, all output so far in it. */
  async searchable(): Promise<string[]> {
    await Promise.all(this.#alive().map((terminal) => terminal.live?.flushLog()));
    return [...this.#terminals.keys()].reverse();
  }

  /** Before the host ends: counters that were not saved yet. */
  close(): void {
    this.#changes.close();
  }

  #alive(): Terminal[] {
    return [...this.#terminals.values()].filter((terminal) => terminal.alive && terminal.elsewhere === null);
  }

  #checkName(name: string, except: Terminal | null): void {
    const taken = [...this.#terminals.values()].some(
      (terminal) => terminal !== except && terminal.alive && terminal.record.name === name,
    );
    if (taken) throw new Failure("conflict", `Terminal already exists: ${name}`);
  }

  #newRecord(wanted: HostedTerminal, restartedFrom: string | null): TerminalRecord {
    if (this.#ending) throw new Failure("unavailable", "The terminal host is ending", { hint: "Try once more." });
    if (wanted.name !== undefined) this.#checkName(wanted.name, null);
    if (this.liveCount >= liveLimit) {
      throw new Failure("unavailable", `There are ${liveLimit} terminals already`, { hint: "Close some first." });
    }
    const now = new Date().toISOString();
    let id: string;
    do id = `term-${randomBytes(4).toString("hex")}`;
    while (this.#terminals.has(id));
    return {
      id,
      ...describeCommand(wanted),
      name: wanted.name ?? null,
      title: "",
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
      restartedFrom,
      createdAt: now,
      updatedAt: now,
      resolvedAt: null,
    };
  }
}

function wantedOf({ command, argv, cwd }: TerminalRecord): HostedTerminal {
  return { ...(argv ? { argv } : { command }), ...(cwd === null ? {} : { cwd }) };
}

/** The kernel has hung up their terminals; what did not care is ended here. */
async function endOrphans(lost: readonly TerminalRecord[]): Promise<void> {
  const trees = lost.map(
    ({ id, pid, pidStarted: started }): Tree => ({
      root: pid !== null && started !== null ? { pid, started } : null,
      marker: terminalMarker(id),
      spared: nestedHostMarker,
    }),
  );
  try {
    const left = await endTrees(trees);
    if (left.length > 0) console.error(`processes ${left.join(", ")} of lost terminals cannot be ended`);
  } catch (error) {
    console.error("processes of lost terminals were not looked for:", error);
  }
}
