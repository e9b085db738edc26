/** Tells callers of changes to the terminals within their reach; the terminal host says four times a second at most that one has printed. */
import type { Terminal } from "#shared/contract/terminals.ts";
import type { HostEvent } from "#terminal-host/protocol.ts";
import { type Identity, reaches } from "./caller.ts";
import type { Callers } from "./callers.ts";
import { outputUri } from "./resources.ts";

export type Follower = {
  /** The output at this address is another. */
  changed(uri: string): void;
  /** There is a terminal more, or one less. */
  listChanged(): void;
};

export class Updates {
  readonly #callers: Callers;
  readonly #followers = new Map<Follower, Identity>();
  readonly #seen = new Map<string, Terminal>();
  readonly #stop: () => void;

  constructor(
    callers: Callers,
    terminals: { list(): readonly Terminal[]; onEvent(listener: (event: HostEvent) => void): () => void },
  ) {
    this.#callers = callers;
    for (const terminal of terminals.list()) this.#seen.set(terminal.id, terminal);
    this.#stop = terminals.onEvent((event) => {
      if (event.type === "terminal") this.#changed(event.terminal);
      else if (event.type === "terminalRemoved") this.#removed(event.id);
      else if (event.type === "all") for (const terminal of event.terminals) this.#changed(terminal);
    });
  }

  close(): void {
    this.#stop();
    this.#followers.clear();
  }

  /** Returns what ends it. */
  follow(identity: Identity, follower: Follower): () => void {
    this.#followers.set(follower, identity);
    return () => this.#followers.delete(follower);
  }

  #changed(terminal: Terminal): void {
    const before = this.#seen.get(terminal.id);
    this.#seen.set(terminal.id, terminal);
    for (const follower of this.#reaching(terminal)) {
      if (before === undefined) follower.listChanged();
      else if (before.bytesOut !== terminal.bytesOut || before.state !== terminal.state) {
        follower.changed(outputUri(terminal.id));
      }
    }
  }

  #removed(id: string): void {
    const terminal = this.#seen.get(id);
    if (terminal === undefined) return;
    this.#seen.delete(id);
    for (const follower of this.#reaching(terminal)) follower.listChanged();
  }

  #reaching(terminal: Terminal): Follower[] {
    return [...this.#followers]
      .filter(([, identity]) => {
        const caller = this.#callers.now(identity);
        return caller !== null && reaches(caller, terminal);
      })
      .map(([follower]) => follower);
  }
}
