/**
 * After an update the host of the version before still has its terminals. One that can be spoken to serves until they have ended, and is then
 * replaced by one of this version; beside one that cannot, a new host has been started, which looks after it (`server/older-hosts.ts` there).
 */
import type { Terminal } from "#shared/contract/terminals.ts";
import { isNewer } from "#shared/version.ts";
import type { TerminalHostClient } from "#terminal-host/client/index.ts";
import { finalStates } from "./states.ts";

export type HandOverParts = {
  client: TerminalHostClient;
  terminals: {
    readonly terminals: { values(): Iterable<Terminal> };
    onChange(listener: (terminal: Terminal) => void): () => void;
  };
  /** Of this program. */
  version: string;
  failed: (error: unknown, what: string) => void;
};

export class HandOver {
  readonly #parts: HandOverParts;
  readonly #ends: (() => void)[];
  #replacing = false;
  /** One that comes again after it was replaced is the only one there is. */
  readonly #replaced = new Set<string>();

  constructor(parts: HandOverParts) {
    this.#parts = parts;
    this.#ends = [
      parts.client.onStatus(() => this.#look()),
      parts.terminals.onChange(() => this.#look()),
      parts.client.onEvent(({ type }) => {
        // The first event says what there is; the list has taken it when this turn is over.
        if (type === "all") setImmediate(() => this.#look());
      }),
    ];
  }

  close(): void {
    for (const end of this.#ends) end();
  }

  #look(): void {
    const { status } = this.#parts.client;
    if (status.state !== "connected" || this.#replacing) return;
    const { version } = status.welcome;
    if (this.#replaced.has(version) || !isNewer(this.#parts.version, version)) return;
    const ended = [...this.#parts.terminals.terminals.values()].every(({ state }) => finalStates.has(state));
    if (ended) void this.#replace(version);
  }

  async #replace(version: string): Promise<void> {
    this.#replacing = true;
    try {
      // What is alive there decides, not what we have heard of it.
      const { liveTerminals } = await this.#parts.client.call("host.info", {});
      if (liveTerminals > 0) return;
      await this.#parts.client.replaceHost();
      this.#replaced.add(version);
    } catch (error) {
      this.#parts.failed(error, "replacing a terminal host of an older version");
    } finally {
      this.#replacing = false;
    }
  }
}
