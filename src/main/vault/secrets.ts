/** Secrets in the vault: what is stored under which handle, how it is replaced, and what keeps it from being deleted. */
import { Secret } from "#node/secret.ts";
import type { VaultSecret, VaultUse } from "#shared/contract/vault.ts";
import { Failure } from "#shared/failure.ts";
import { handleProblem } from "#shared/vault/handle.ts";
import type { ReadRow } from "./imports.ts";
import type { VaultLock } from "./lock.ts";
import { type Environment, fromEnvironment, handlesIn, type Variable } from "./lookup.ts";
import type { Uses } from "./uses.ts";

/** Something that needs a secret now: a route of a running bottle, a commission. */
export type Need = { handle: string; neededBy: string };

export type ImportChoice = { row: number; handle: string; force: boolean };

export type SecretsParts = {
  lock: VaultLock;
  environment: () => Environment;
  uses: () => Uses;
  needs: () => readonly Need[];
  now: () => string;
};

type NamedText = { name: string; text: string };

export class Secrets {
  readonly #parts: SecretsParts;

  constructor(parts: SecretsParts) {
    this.#parts = parts;
  }

  /** By handle. Variables named for the vault are listed; bare ones only under a handle that is stored or has been used. */
  list(): VaultSecret[] {
    const contents = this.#parts.lock.open;
    const stored = new Map(this.#parts.lock.file.items("secret").map((item) => [item.name, item]));
    const used = this.#uses.names("secret").filter((handle) => this.fromEnvironment(handle) !== null);
    const handles = new Set([...stored.keys(), ...handlesIn(this.#parts.environment()), ...used]);
    return [...handles].sort().map((handle) => {
      const item = stored.get(handle);
      const variable = this.fromEnvironment(handle)?.variable ?? null;
      return {
        id: handle,
        source: variable === null ? "stored" : "environment",
        variable,
        revision: item?.revision ?? null,
        createdAt: item?.createdAt ?? null,
        changedAt: item?.changedAt ?? null,
        uses: this.#uses.of("secret", handle),
        neededBy: this.#neededBy(handle),
        damaged: item !== undefined && contents !== null && contents.text(item) === null,
      };
    });
  }

  has(handle: string): boolean {
    return this.#parts.lock.file.item("secret", handle) !== null;
  }

  fromEnvironment(handle: string): Variable | null {
    return fromEnvironment(this.#parts.environment(), handle);
  }

  knownInEnvironment(handles: readonly string[]): { kind: "secret"; name: string; secret: Secret }[] {
    return handles.flatMap((name) => {
      const given = this.fromEnvironment(name);
      return given ? [{ kind: "secret" as const, name, secret: new Secret(given.value) }] : [];
    });
  }

  set(handle: string, value: string, force: boolean): void {
    this.#put([checked(handle, value)], () => force);
  }

  rotate(handle: string, value: string): void {
    const text = checked(handle, value);
    if (!this.has(handle)) throw notInVault(handle);
    this.#put([text], () => true);
  }

  delete(handle: string, force: boolean): void {
    if (!this.has(handle)) throw notInVault(handle);
    if (!force) this.#refuseIfUsed(handle);
    this.#parts.lock.use(`secret '${handle}' cannot be deleted`).remove("secret", handle);
    this.#uses.forget("secret", handle);
  }

  /** All that were chosen or, when it throws, none; their handles. */
  import(rows: readonly ReadRow[], choices: readonly ImportChoice[]): string[] {
    const texts = choices.map(({ row, handle }) => {
      const read = rows[row];
      const problem = read ? read.problem : "there is no such row";
      if (!read || problem !== null) throw new Failure("invalid_input", `${read?.name ?? `row ${row}`}: ${problem}`);
      return checked(handle, read.value);
    });
    const handles = texts.map(({ name }) => name);
    const twice = handles.find((handle, index) => handles.indexOf(handle) !== index);
    if (twice !== undefined) throw new Failure("conflict", `two rows would be stored as '${twice}'`);
    const forced = new Set(choices.filter(({ force }) => force).map(({ handle }) => handle));
    if (texts.length > 0) this.#put(texts, (handle) => forced.has(handle));
    return handles;
  }

  usage(handle: string): { handle: string; uses: VaultUse[]; neededBy: string[] } {
    const uses = this.#uses.of("secret", handle);
    if (!this.has(handle) && uses.length === 0 && this.fromEnvironment(handle) === null) throw notInVault(handle);
    return { handle, uses, neededBy: this.#neededBy(handle) };
  }

  get #uses(): Uses {
    return this.#parts.uses();
  }

  /** `mayReplace` is asked for each that exists; when one may not be replaced nothing is stored. */
  #put(texts: readonly NamedText[], mayReplace: (handle: string) => boolean): void {
    const what = texts.length === 1 ? `secret '${texts[0]!.name}' cannot be stored` : "nothing can be imported";
    const contents = this.#parts.lock.use(what);
    const kept = texts.find(({ name }) => this.has(name) && !mayReplace(name));
    if (kept !== undefined) {
      throw new Failure("conflict", `secret '${kept.name}' already exists`, {
        hint: "Storing it with force replaces the value that is there.",
      });
    }
    contents.put(
      texts.map(({ name, text }) => ({ kind: "secret", name, meta: "{}", text })),
      this.#parts.now(),
    );
  }

  #refuseIfUsed(handle: string): void {
    const needed = this.#neededBy(handle);
    const [last] = this.#uses.of("secret", handle);
    if (needed.length === 0 && last === undefined) return;
    const why =
      needed.length > 0 ? `needed by ${needed.join(", ")}` : `used by ${last!.usedBy}, last at ${last!.lastUsedAt}`;
    throw new Failure("conflict", `secret '${handle}' is ${why}`, {
      hint: "Deleting it with force leaves them without it.",
    });
  }

  #neededBy(handle: string): string[] {
    const needs = this.#parts.needs().filter((need) => need.handle === handle);
    return [...new Set(needs.map(({ neededBy }) => neededBy))];
  }
}

/** Throws `invalid_input` with what is wrong. */
export function checkHandle(handle: string): void {
  const problem = handleProblem(handle);
  if (problem !== null) throw new Failure("invalid_input", problem);
}

function checked(handle: string, value: string): NamedText {
  checkHandle(handle);
  if (value.trim() === "") throw new Failure("invalid_input", "refusing to store an empty value");
  return { name: handle, text: value };
}

function notInVault(handle: string): Failure {
  return new Failure("not_found", `'${handle.slice(0, 100)}' is not in the vault`);
}
