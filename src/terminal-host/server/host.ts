/** The host process's heart: its terminals, its socket, its clients, and when it ends. */
import { chmodSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import type { CellarPaths } from "#node/paths.ts";
import { openStore, type Store } from "#node/store/index.ts";
import { migrations } from "../database.ts";
import { type HostEvent, protocolVersion, type Welcome } from "../protocol.ts";
import { spawnUnixPty } from "../pty/unix.ts";
import { TerminalRecords } from "../terminals/records.ts";
import { Registry } from "../terminals/registry.ts";
import { Connection } from "./connection.ts";

export class Host {
  readonly terminals: Registry;
  readonly version: string;
  readonly #paths: CellarPaths;
  readonly #store: Store;
  readonly #server: Server;
  readonly #connections = new Set<Connection>();
  readonly #startedAt = new Date().toISOString();

  constructor(paths: CellarPaths, version: string) {
    this.#paths = paths;
    this.version = version;
    this.#store = openStore({ path: paths.terminalsDatabase, migrations });
    for (const notice of this.#store.notices) console.error(notice);
    this.terminals = new Registry({
      records: new TerminalRecords(this.#store.database),
      spawn: spawnUnixPty,
      environment: async () => ({ ...(process.env as Record<string, string>), TERM: "xterm-256color" }),
      events: {
        changed: (terminal) => this.#tell({ type: "terminal", terminal }),
        removed: (id) => this.#tell({ type: "terminalRemoved", id }),
      },
    });
    this.#server = createServer((socket) => this.#connections.add(new Connection(this, socket)));
  }

  async listen(): Promise<void> {
    const path = this.#paths.hostSocket;
    // We hold the home's lock, so a socket that is there belongs to a host that is gone.
    if (process.platform !== "win32") rmSync(path, { force: true });
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(path, resolve);
    });
    if (process.platform !== "win32") chmodSync(path, 0o600);
  }

  welcome(): Welcome {
    return { protocol: protocolVersion, version: this.version, pid: process.pid, startedAt: this.#startedAt };
  }

  refusal(): { protocol: number; version: string; pid: number; liveTerminals: number } {
    const { startedAt: _, ...rest } = this.welcome();
    return { ...rest, liveTerminals: this.terminals.liveCount };
  }

  info() {
    return { ...this.welcome(), liveTerminals: this.terminals.liveCount, clients: this.#connections.size };
  }

  everything(): HostEvent {
    return { type: "all", terminals: this.terminals.list(), heldCells: [] };
  }

  disconnected(connection: Connection): void {
    this.#connections.delete(connection);
  }

  refusedVersion(_protocol: unknown): void {}

  #tell(event: HostEvent): void {
    for (const connection of this.#connections) connection.event(event);
  }
}
