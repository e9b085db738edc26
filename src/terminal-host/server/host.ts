/** The host process's heart: its terminals, its socket, its clients, and when it ends. */
import { chmodSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { inspect } from "node:util";
import { loginEnvironment } from "#node/login-environment.ts";
import type { CellarPaths } from "#node/paths.ts";
import { openStore, type Store } from "#node/store/index.ts";
import { Failure } from "#shared/failure.ts";
import { HookEndpoint } from "../activity/hook-endpoint.ts";
import type { CellEngine } from "../cells/cell-terminal.ts";
import { createCellEngine } from "../cells/engine.ts";
import { sqliteCellStore } from "../cells/sqlite-cell-store.ts";
import { migrations } from "../database.ts";
import { KServer } from "../k/http.ts";
import { type HostEvent, protocolVersion, type Refused, type Welcome } from "../protocol.ts";
import { spawnPty } from "../pty/index.ts";
import { Screens } from "../screen/screens.ts";
import { TerminalRecords } from "../terminals/records.ts";
import { Registry } from "../terminals/registry.ts";
import { Connection } from "./connection.ts";
import { tellApart } from "./first-byte.ts";
import { IdleWatch } from "./idle-watch.ts";
import type { OlderHosts } from "./older-hosts.ts";
import type { HostServices } from "./services.ts";

export type HostOptions = {
  paths: CellarPaths;
  version: string;
  older: Pick<OlderHosts, "versions" | "look">;
  /** How long there may be neither a live terminal nor a client before the host ends itself, in ms. */
  idleMs: number;
  /** The host is done: everything is on disk. */
  ended(): void;
};

/** How long a new terminal's program may take to its first prompt, in ms. */
const firstPromptMs = 3_000;
/** A client that does not read its last answer is not waited for, in ms. */
const farewellMs = 500;
/** How often it is looked whether older hosts, and terminals in them, have ended, in ms. */
const lookElsewhereMs = 1_000;
/** Defects that wait for a client, and characters of each. */
const mostDefects = 20;
const longestDefect = 16_000;

export class Host implements HostServices {
  readonly terminals: Registry;
  readonly cells: CellEngine;
  readonly #options: HostOptions;
  readonly #store: Store;
  readonly #screens = new Screens();
  readonly #server: Server;
  readonly #connections = new Set<Connection>();
  /** Open connections of every kind. */
  #sockets = 0;
  readonly #idle: IdleWatch;
  readonly #hooks: HookEndpoint;
  readonly #defects: HostEvent[] = [];
  readonly #startedAt = new Date().toISOString();
  #ending: Promise<void> | null = null;

  constructor(options: HostOptions) {
    const { paths, version } = options;
    this.#options = options;
    // A power cut may cost the last records: they would be `stream_lost` anyway, and no key waits for a disk.
    this.#store = openStore({ path: paths.terminalsDatabase, migrations, durability: "normal" });
    for (const notice of this.#store.notices) console.error(notice);
    this.#idle = new IdleWatch(options.idleMs, () => void this.#end(false));
    this.cells = createCellEngine({
      store: sqliteCellStore(this.#store.database),
      codeFolder: join(paths.runtime, `cells-${protocolVersion}`),
    });
    this.cells.onEvent((event) => this.#tell({ type: "cell", event }));
    this.terminals = new Registry({
      cells: this.cells,
      records: new TerminalRecords(this.#store.database),
      folder: paths.terminals,
      screens: this.#screens,
      spawn: spawnPty,
      environment: loginEnvironment,
      version,
      home: paths.home,
      events: {
        changed: (terminal) => {
          this.#tell({ type: "terminal", terminal });
          this.#watchIdle();
        },
        removed: (id) => this.#tell({ type: "terminalRemoved", id }),
        bell: (terminalId, count) => this.#tell({ type: "bell", terminalId, count }),
        activity: (activity) => this.#tell({ type: "activity", activity }),
        notification: (terminalId, title, body) => this.#tell({ type: "programNotification", terminalId, title, body }),
      },
    });
    this.#hooks = new HookEndpoint((id) => this.terminals.find(id)?.activity ?? null);
    const k = new KServer(this);
    this.#server = createServer((socket) => {
      this.#sockets++;
      this.#watchIdle();
      socket.once("close", () => {
        this.#sockets--;
        this.#watchIdle();
      });
      tellApart(socket, {
        http: () => k.accept(socket),
        frames: () => {
          const connection = new Connection(this, socket, () => this.#connections.delete(connection));
          this.#connections.add(connection);
        },
      });
    });
  }

  get version(): string {
    return this.#options.version;
  }

  get ending(): boolean {
    return this.#ending !== null;
  }

  /** Something went wrong that nobody has caught. It is in the log, and a report of main's, who can redact it. */
  defect(how: string, thrown: unknown): void {
    console.error(`a defect, ${how}:`, thrown);
    const event: HostEvent = { type: "defect", how, text: inspect(thrown).slice(0, longestDefect) };
    const listener = [...this.#connections].find(({ listens }) => listens);
    if (listener) listener.event(event);
    else if (this.#defects.length < mostDefects) this.#defects.push(event);
  }

  listened(tell: (event: HostEvent) => void): void {
    for (const event of this.#defects.splice(0)) tell(event);
  }

  async listen(): Promise<void> {
    this.terminals.load(this.#options.older.versions);
    this.cells.recover(({ terminalId }) => !this.terminals.isElsewhere(terminalId));
    void this.#lookElsewhere();
    // Asked now, so that the first terminal does not wait for it.
    void loginEnvironment();
    const path = this.#options.paths.hostSocket;
    // We hold the home's lock, so a socket that is there belongs to a host that is gone.
    if (process.platform !== "win32") rmSync(path, { force: true });
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(path, resolve);
    });
    if (process.platform !== "win32") chmodSync(path, 0o600);
    await this.#hooks.listen(this.#options.paths.agentsSocket);
    this.#watchIdle();
  }

  welcome(): Welcome {
    return { protocol: protocolVersion, version: this.version, pid: process.pid, startedAt: this.#startedAt };
  }

  refusal(): Pick<Refused, "protocol" | "version" | "pid" | "liveTerminals"> {
    const { startedAt: _, ...rest } = this.welcome();
    return { ...rest, liveTerminals: this.terminals.liveCount };
  }

  info() {
    const clients = [...this.#connections].filter(({ isClient }) => isClient).length;
    return { ...this.welcome(), liveTerminals: this.terminals.liveCount, clients };
  }

  everything(): HostEvent {
    const { terminals, cells } = this;
    return {
      type: "all",
      terminals: terminals.list(),
      heldCells: cells.held(),
      activities: terminals.activities(),
    };
  }

  async readyForCell(terminalId: string): Promise<void> {
    const { alive, record } = this.terminals.reachable(terminalId);
    const left = firstPromptMs - (Date.now() - Date.parse(record.createdAt));
    if (alive && left > 0) await this.cells.ready(terminalId, left);
  }

  refusedVersion(protocol: unknown): void {
    const newer = typeof protocol === "number" && protocol > protocolVersion;
    if (newer && this.terminals.liveCount === 0) void this.#end(false);
  }

  async shutDown(force: boolean): Promise<void> {
    const { liveCount } = this.terminals;
    if (liveCount > 0 && !force) {
      throw new Failure("conflict", `${liveCount} terminals are still running`, {
        hint: "Kill them first, or force it.",
      });
    }
    await this.#end(force);
  }

  /**
   * What a signal of the system means (log-out, shutdown, a person's `kill`): terminals are asked to end, have two seconds, and are
   * `cancelled`, so that nothing is left behind and no record lies.
   */
  terminate(): Promise<void> {
    return this.#end(false);
  }

  #end(force: boolean): Promise<void> {
    this.#ending ??= this.#endOnce(force);
    return this.#ending;
  }

  async #endOnce(force: boolean): Promise<void> {
    // Whoever comes from now on finds nobody, and starts the next host, which waits for our lock.
    this.#server.close();
    this.#hooks.close();
    await this.terminals.endAll(force);
    this.cells.dispose();
    this.terminals.close();
    this.#idle.stop();
    await this.#screens.end();
    this.#store.close();
    // After the answer to whoever asked for this.
    setImmediate(async () => {
      const said = Promise.all([...this.#connections].map((connection) => connection.end()));
      await Promise.race([said, setTimeout(farewellMs)]);
      this.#options.ended();
    });
  }

  /** Follows what terminals in older hosts do, by what those write down, until there is none any more. */
  async #lookElsewhere(): Promise<void> {
    const { older } = this.#options;
    while (!this.#ending && older.versions !== null) {
      await setTimeout(lookElsewhereMs, undefined, { ref: false });
      const oneHasGone = await older.look();
      if (this.#ending) return;
      // Which of several hosts a terminal is in is not known: it is lost only when none of them is left.
      const lost = this.terminals.readElsewhere(oneHasGone && older.versions === null);
      if (lost.length > 0) this.cells.recover(({ terminalId }) => lost.includes(terminalId));
    }
  }

  #watchIdle(): void {
    if (!this.#ending) this.#idle.set(this.#sockets === 0 && this.terminals.liveCount === 0);
  }

  #tell(event: HostEvent): void {
    for (const connection of this.#connections) connection.event(event);
  }
}
