/** Knows callers by their tokens, and tells when one has stopped being one. */
import type { Launch } from "#shared/contract/launches.ts";
import type { Terminal } from "#shared/contract/terminals.ts";
import { finalStates } from "../terminals/index.ts";
import { type Caller, callerOf, type Identity } from "./caller.ts";
import type { PersonToken } from "./person-token.ts";

export type CallersParts = {
  personToken: PersonToken;
  launches: { ofToken(token: string): Launch | null; readonly list: { get(id: string): Launch | undefined } };
  terminals: {
    known(): Promise<void>;
    list(): readonly Terminal[];
    onChange(listener: (terminal: Terminal) => void): () => void;
  };
  /** Whether the terminal host says what there is; what is not in its list is unknown otherwise, not ended. */
  hostConnected: () => boolean;
};

export class Callers {
  readonly #parts: CallersParts;
  readonly #leaving = new Set<(identity: Identity) => void>();
  readonly #stop: () => void;

  constructor(parts: CallersParts) {
    this.#parts = parts;
    this.#stop = parts.terminals.onChange(({ owner, state, id }) => {
      const launch = owner.launchId === undefined ? undefined : parts.launches.list.get(owner.launchId);
      if (launch?.terminalId === id && finalStates.has(state))
        this.#left({ kind: "launch", launchId: launch.id, bottleId: null });
    });
  }

  close(): void {
    this.#stop();
    this.#leaving.clear();
  }

  /** Null for a token that stands for nobody, or for a launch whose program has ended. */
  async ofToken(token: string): Promise<Identity | null> {
    if (this.#parts.personToken.matches(token)) return { kind: "person" };
    const launch = this.#parts.launches.ofToken(token);
    if (launch === null) return null;
    const identity: Identity = { kind: "launch", launchId: launch.id, bottleId: null };
    return (await this.current(identity)) === null ? null : identity;
  }

  /** Who that is now; null when it is nobody any more. */
  async current(identity: Identity): Promise<Caller | null> {
    if (identity.kind === "launch") await this.#parts.terminals.known();
    return this.now(identity);
  }

  /** The same without waiting for the terminal host's first word. */
  now(identity: Identity): Caller | null {
    if (identity.kind === "person") return { kind: "person" };
    const launch = this.#parts.launches.list.get(identity.launchId);
    return launch === undefined ? null : callerOf(launch, this.#ended(launch.terminalId), identity.bottleId);
  }

  /** A new token for the person; whoever is connected with the old one is told to go. */
  rotate(): string {
    const token = this.#parts.personToken.rotate();
    this.#left({ kind: "person" });
    return token;
  }

  /** Calls `listener` with each identity whose token has stopped working. Returns what ends it. */
  onLeft(listener: (identity: Identity) => void): () => void {
    this.#leaving.add(listener);
    return () => this.#leaving.delete(listener);
  }

  #left(identity: Identity): void {
    for (const listener of this.#leaving) listener(identity);
  }

  #ended(terminalId: string): boolean | null {
    const terminal = this.#parts.terminals.list().find(({ id }) => id === terminalId);
    if (terminal !== undefined) return finalStates.has(terminal.state);
    return this.#parts.hostConnected() ? true : null;
  }
}
