/** The values themselves: read to be handed out, and all of them that are known, so that they are recognised wherever they must not be. */
import { Secret } from "#node/secret.ts";
import { Failure } from "#shared/failure.ts";
import { variablesOf } from "#shared/vault/handle.ts";
import type { ItemKind } from "./file.ts";
import type { GitCredentials } from "./git-credentials.ts";
import type { VaultLock } from "./lock.ts";
import type { Secrets } from "./secrets.ts";

/** A value that must not be seen anywhere, and what it is called. */
export type KnownValue = { kind: ItemKind; name: string; secret: Secret };

export type ValuesParts = {
  lock: VaultLock;
  secrets: Secrets;
  git: GitCredentials;
  /** Of all secrets that are listed. */
  handles: () => readonly string[];
};

export class Values {
  readonly #parts: ValuesParts;
  /** What left the vault, for as long as main runs: it is out there, locked or not. */
  readonly #handedOut = new Map<string, KnownValue>();
  #known: readonly KnownValue[] | null = null;

  constructor(parts: ValuesParts) {
    this.#parts = parts;
  }

  /** From the environment or the store. Throws `not_found`, `unavailable` while the vault is locked, and `failed` for what Cellar did not write. */
  handOut(kind: ItemKind, name: string): Secret {
    const { secrets, git } = this.#parts;
    const given = kind === "secret" ? secrets.fromEnvironment(name) : git.fromEnvironment(name);
    const value = given?.value ?? this.#stored(kind, name);
    const secret = new Secret(value);
    const key = JSON.stringify([kind, name, value]);
    if (!this.#handedOut.has(key)) {
      this.#handedOut.set(key, { kind, name, secret });
      this.changed();
    }
    return secret;
  }

  /** Stored ones while the vault is unlocked, those of the environment, and all that were handed out. */
  known(): readonly KnownValue[] {
    this.#known ??= [
      ...this.#allStored(),
      ...this.#parts.secrets.knownInEnvironment(this.#parts.handles()),
      ...this.#parts.git.knownInEnvironment(),
      ...this.#handedOut.values(),
    ];
    return this.#known;
  }

  /** What is stored or the environment may be another. */
  changed(): void {
    this.#known = null;
  }

  #stored(kind: ItemKind, name: string): string {
    const item = this.#parts.lock.file.item(kind, name);
    if (item === null) throw notFound(name);
    const called = kind === "secret" ? `secret '${name}'` : `git credential '${name}'`;
    const text = this.#parts.lock.use(`${called} cannot be read`).handOut(item);
    if (text !== null) return text;
    throw new Failure("failed", `${called} is not what Cellar stored: the vault's file was changed or damaged`, {
      hint: "Store it again.",
    });
  }

  #allStored(): KnownValue[] {
    const { open, file } = this.#parts.lock;
    if (open === null) return [];
    return file.items().flatMap((item) => {
      const text = open.text(item);
      return text === null ? [] : [{ kind: item.kind, name: item.name, secret: new Secret(text) }];
    });
  }
}

function notFound(handle: string): Failure {
  const [variable] = variablesOf(handle);
  return new Failure(
    "not_found",
    `vault handle '${handle}' not found. Set $${variable} or add it under [secrets] in the vault`,
  );
}
