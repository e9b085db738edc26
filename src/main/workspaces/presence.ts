/** Notices when a workspace's directory vanishes behind Cellar's back, and when it is there again. */
import { stat } from "node:fs/promises";
import type { WorkspaceRecord } from "./record.ts";
import type { WorkspaceRegistry } from "./registry.ts";

const everyMs = 1500;

export class Presence {
  readonly #registry: WorkspaceRegistry;
  #timer: NodeJS.Timeout | undefined;

  constructor(registry: WorkspaceRegistry) {
    this.#registry = registry;
  }

  start(): void {
    this.#timer = setInterval(() => void this.checkAll(), everyMs);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async checkAll(): Promise<void> {
    await Promise.all(this.#registry.records().map((record) => this.check(record)));
  }

  /** Only `ready` and `missing` follow the directory; the other states have their own story. */
  async check({ workspace }: WorkspaceRecord): Promise<void> {
    if (workspace.state !== "ready" && workspace.state !== "missing") return;
    const found = await stat(workspace.path).then(
      (stats) => stats.isDirectory(),
      // A folder that may not be looked at for now (a disk that sleeps, a network that is away) is not known to be gone.
      (error: NodeJS.ErrnoException) => (error.code === "ENOENT" || error.code === "ENOTDIR" ? false : null),
    );
    if (found === null || this.#registry.find(workspace.id)?.workspace.state !== workspace.state) return;
    const state = found ? "ready" : "missing";
    if (state !== workspace.state) this.#registry.change(workspace.id, { state });
  }
}
