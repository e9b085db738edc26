/** Who used what, and when last. Kept in memory and written every few seconds: asking for a secret must not wait for the disk. */
import type { VaultUse } from "#shared/contract/vault.ts";
import { type ItemKind, type UseRow, usersKept } from "./file.ts";

const writeAfterMs = 2_000;

export type UsesParts = {
  /** Latest first. */
  stored: readonly UseRow[];
  write: (rows: readonly UseRow[]) => void;
  failed: (error: unknown) => void;
};

export class Uses {
  /** By user; whoever used it last stands last, and no more of them than the file keeps. */
  readonly #uses = new Map<string, Map<string, VaultUse>>();
  readonly #write: UsesParts["write"];
  readonly #failed: UsesParts["failed"];
  #pending = new Map<string, UseRow>();
  #timer: NodeJS.Timeout | undefined;

  constructor({ stored, write, failed }: UsesParts) {
    this.#write = write;
    this.#failed = failed;
    for (const { kind, name, ...use } of stored.toReversed()) this.#of(kind, name).set(use.usedBy, use);
  }

  note(kind: ItemKind, name: string, usedBy: string, lastUsedAt: string): void {
    const of = this.#of(kind, name);
    const use = { usedBy, lastUsedAt, times: (of.get(usedBy)?.times ?? 0) + 1 };
    of.delete(usedBy);
    of.set(usedBy, use);
    if (of.size > usersKept) of.delete(of.keys().next().value!);
    const key = JSON.stringify([kind, name, usedBy]);
    const times = (this.#pending.get(key)?.times ?? 0) + 1;
    this.#pending.set(key, { kind, name, usedBy, lastUsedAt, times });
    this.#timer ??= setTimeout(() => this.flush(), writeAfterMs).unref();
  }

  /** Latest first. */
  of(kind: ItemKind, name: string): VaultUse[] {
    return [...(this.#uses.get(`${kind}:${name}`)?.values() ?? [])].reverse();
  }

  /** Names with uses, as `names("secret")`. */
  names(kind: ItemKind): string[] {
    return [...this.#uses.keys()].filter((key) => key.startsWith(`${kind}:`)).map((key) => key.slice(kind.length + 1));
  }

  forget(kind: ItemKind, name: string): void {
    this.#uses.delete(`${kind}:${name}`);
    for (const [key, row] of this.#pending) if (row.kind === kind && row.name === name) this.#pending.delete(key);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const rows = [...this.#pending.values()];
    if (rows.length === 0) return;
    try {
      this.#write(rows);
      this.#pending = new Map();
    } catch (error) {
      // They are written with the next ones.
      this.#failed(error);
    }
  }

  #of(kind: ItemKind, name: string): Map<string, VaultUse> {
    const key = `${kind}:${name}`;
    const of = this.#uses.get(key) ?? new Map<string, VaultUse>();
    this.#uses.set(key, of);
    return of;
  }
}
