/** Sessions of `k`: terminals by their name, and which one is meant when none was named (features AT-1, AT-2). */
import { terminalName } from "#shared/contract/terminals.ts";
import { pythonRepr } from "#shared/k/python.ts";
import type { Registry } from "../terminals/registry.ts";
import type { Terminal } from "../terminals/terminal.ts";
import { Refusal } from "./answer.ts";

const isTerminalId = /^term-[0-9a-f]{8}$/;

export function isSessionName(name: string): boolean {
  return terminalName.safeParse(name).success;
}

/** Throws {@link Refusal}. */
export function checkName(name: string): string {
  if (!isSessionName(name)) throw new Refusal(`ERR invalid session name: ${pythonRepr(name)}`);
  return name;
}

export class Sessions {
  readonly #terminals: Registry;
  /** Terminals that `k new` has made. None outlives this host, so nothing is kept on disk. */
  readonly #made = new Set<string>();

  constructor(terminals: Registry) {
    this.#terminals = terminals;
  }

  made(terminal: Terminal): void {
    this.#made.add(terminal.id);
  }

  /** The terminal that is alive under this name, or has this id. */
  live(name: string): Terminal | null {
    return this.#named(name).find((terminal) => terminal.alive) ?? null;
  }

  /** As {@link live}; else the last one that had the name. */
  find(name: string): Terminal | null {
    const named = this.#named(name);
    return named.find((terminal) => terminal.alive) ?? named.at(-1) ?? null;
  }

  /** Every terminal that has or had the name, oldest first. */
  all(name: string): Terminal[] {
    return this.#named(name);
  }

  /** Names of all that live, sorted. */
  names(): string[] {
    const names: string[] = [];
    for (const { alive, record } of this.#terminals) if (alive && record.name !== null) names.push(record.name);
    return names.sort();
  }

  /**
   * The name that was given, else `K_SESSION`, else the only session that `k new` has made and that lives: somebody's terminal that
   * happens to have a name is never typed into by accident. When none lives, the only one that has ended. Throws {@link Refusal}.
   */
  resolve(given: string | null, fromEnvironment: string): string {
    if (given !== null) return checkName(given);
    if (fromEnvironment !== "") return checkName(fromEnvironment);
    const made = [...this.#terminals].filter(({ id }) => this.#made.has(id));
    const alive = made.filter((terminal) => terminal.alive);
    const [only, another] = new Set((alive.length > 0 ? alive : made).map(({ id, record }) => record.name ?? id));
    if (only === undefined || another !== undefined) throw new Refusal("ERR: no session found.");
    return only;
  }

  #named(name: string): Terminal[] {
    const found = [...this.#terminals].filter(({ record }) => record.name === name);
    if (found.length > 0 || !isTerminalId.test(name)) return found;
    return [...this.#terminals].filter(({ id }) => id === name);
  }
}
