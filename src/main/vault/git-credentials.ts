/** Git credentials in the vault: who a person is at a host, for which repositories, with a token or a key that never leaves main. */
import { Secret } from "#node/secret.ts";
import type { GitCredential, VaultUse } from "#shared/contract/vault.ts";
import { Failure } from "#shared/failure.ts";
import type { Item } from "./file.ts";
import { checkedGitMeta, credentialFor, type GitMeta, gitMeta, gitSecretProblem } from "./git.ts";
import type { VaultLock } from "./lock.ts";
import { type Environment, gitFromEnvironment, type Variable } from "./lookup.ts";

export type GitCredentialsParts = {
  lock: VaultLock;
  environment: () => Environment;
  uses: (name: string) => VaultUse[];
  now: () => string;
};

export type GivenGitCredential = GitMeta & { name: string; secret?: string | undefined; force: boolean };

export class GitCredentials {
  readonly #parts: GitCredentialsParts;

  constructor(parts: GitCredentialsParts) {
    this.#parts = parts;
  }

  list(): GitCredential[] {
    const contents = this.#parts.lock.open;
    return this.#items().map((item) => {
      const variable = this.fromEnvironment(item.name)?.variable ?? null;
      return {
        id: item.name,
        ...metaOf(item),
        source: variable === null ? "stored" : "environment",
        variable,
        revision: item.revision,
        createdAt: item.createdAt,
        changedAt: item.changedAt,
        uses: this.#parts.uses(item.name),
        damaged: contents !== null && contents.text(item) === null,
      };
    });
  }

  /** The one that a repository of a host gets. */
  find(host: string, path: string): (GitMeta & { name: string }) | null {
    const all = this.#items().map((item) => ({ name: item.name, ...metaOf(item) }));
    return credentialFor(all, host, path);
  }

  fromEnvironment(name: string): Variable | null {
    return gitFromEnvironment(this.#parts.environment(), name);
  }

  knownInEnvironment(): { kind: "git"; name: string; secret: Secret }[] {
    return this.#items().flatMap(({ name }) => {
      const given = this.fromEnvironment(name);
      return given ? [{ kind: "git" as const, name, secret: new Secret(given.value) }] : [];
    });
  }

  save({ name, secret, force, ...given }: GivenGitCredential): void {
    const meta = checkedGitMeta(given);
    const contents = this.#parts.lock.use(`git credential '${name}' cannot be stored`);
    const before = this.#parts.lock.file.item("git", name);
    if (before !== null && !force) {
      throw new Failure("conflict", `git credential '${name}' already exists`, {
        hint: "Saving it with force changes it.",
      });
    }
    const text = secret ?? (before && this.#keptSecret(before, meta));
    if (text === null || text.trim() === "") throw new Failure("invalid_input", "refusing to store an empty value");
    const problem = gitSecretProblem(meta.kind, text);
    if (problem !== null) throw new Failure("invalid_input", problem);
    // A key is read line by line and needs its last line end; a token never has one.
    const stored = meta.kind === "token" ? text.trim() : `${text.trim().replaceAll("\r\n", "\n")}\n`;
    contents.put([{ kind: "git", name, meta: JSON.stringify(meta), text: stored }], this.#parts.now());
  }

  delete(name: string): void {
    if (this.#parts.lock.file.item("git", name) === null) {
      throw new Failure("not_found", `there is no git credential '${name.slice(0, 100)}'`);
    }
    this.#parts.lock.use(`git credential '${name}' cannot be deleted`).remove("git", name);
  }

  #items(): Item[] {
    return this.#parts.lock.file.items("git");
  }

  /** A token must not follow a change of its host by itself: that is how it would be sent to somebody else. */
  #keptSecret(before: Item, meta: GitMeta): string | null {
    const was = metaOf(before);
    if (was.host !== meta.host || was.kind !== meta.kind || was.userName !== meta.userName) {
      throw new Failure("invalid_input", "another host, kind or user name needs its own token or key", {
        hint: "Give the token or key again.",
      });
    }
    return this.#parts.lock.use(`git credential '${before.name}' cannot be changed`).text(before);
  }
}

/** A row that something else than Cellar wrote may say anything; it does not open either way. */
function metaOf(item: Item): GitMeta {
  try {
    return gitMeta.parse(JSON.parse(item.meta));
  } catch {
    return { kind: "token", host: "", userName: "", scope: "" };
  }
}
