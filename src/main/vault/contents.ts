/**
 * What an unlocked vault holds: each item in a box of its own, bound to its kind, name, revision and metadata, and a sealed manifest that
 * says which boxes there are. A box that was swapped, rolled back to an earlier one, or added by somebody else is not in the manifest, and
 * one that was taken away is missed.
 */
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { keyBytes, seal, tagOf, unseal } from "./boxes.ts";
import type { Item, ItemKind, VaultFile } from "./file.ts";

const manifestEntries = z.array(z.tuple([z.enum(["secret", "git"]), z.string(), z.int(), z.string()]));

/** Revision and tag of a box: no two are the same. */
type Entry = { kind: ItemKind; name: string; revision: number; tag: string };

export type NewText = { kind: ItemKind; name: string; meta: string; text: string };

export function newDataKey(): Buffer {
  return randomBytes(keyBytes);
}

export class Contents {
  readonly #file: VaultFile;
  readonly #vaultId: string;
  readonly #key: Buffer;
  readonly #entries = new Map<string, Entry>();
  /** What was handed out, with the box it was in. */
  readonly #handedOut = new Map<string, { box: Buffer; meta: string; text: string }>();
  readonly #manifestBroken: boolean;

  /** Takes the key over: it is wiped by {@link close}. */
  constructor(file: VaultFile, dataKey: Buffer) {
    this.#file = file;
    this.#key = dataKey;
    const { vaultId, manifest } = file.header();
    this.#vaultId = vaultId;
    const text = manifest && unseal(dataKey, manifest, this.#manifestContext());
    this.#manifestBroken = text === null;
    if (text === null) return;
    for (const [kind, name, revision, tag] of manifestEntries.parse(JSON.parse(text.toString()))) {
      this.#entries.set(keyOf(kind, name), { kind, name, revision, tag });
    }
  }

  /** The manifest of a vault with nothing in it. */
  static emptyManifest(dataKey: Buffer, vaultId: string): Buffer {
    return seal(dataKey, Buffer.from("[]"), manifestContext(vaultId));
  }

  get key(): Buffer {
    return this.#key;
  }

  /** What is not as we left it, in sentences. */
  problems(): string[] {
    if (this.#manifestBroken) {
      return [
        "The vault's list of its contents was changed by something else than Cellar; nothing stored in it is used. Store it again.",
      ];
    }
    const there = new Set(this.#file.items().map(({ kind, name }) => keyOf(kind, name)));
    const gone = [...this.#entries.values()].filter(({ kind, name }) => !there.has(keyOf(kind, name)));
    return gone.map(
      ({ kind, name }) =>
        `${kind === "secret" ? "Secret" : "Git credential"} '${name}' was taken out of the vault's file by something else than Cellar.`,
    );
  }

  /**
   * As {@link text}, for what is handed out, to the broker for every request: a box that is still the same is not opened again. Kept only until the
   * vault is locked, and only what whoever asked has anyway.
   */
  handOut(item: Item): string | null {
    const key = keyOf(item.kind, item.name);
    const before = this.#handedOut.get(key);
    if (this.#isListed(item) && before?.meta === item.meta && before.box.equals(item.box)) return before.text;
    const text = this.text(item);
    if (text === null) this.#handedOut.delete(key);
    else this.#handedOut.set(key, { box: item.box, meta: item.meta, text });
    return text;
  }

  /** Null when it is not what Cellar wrote. */
  text(item: Item): string | null {
    if (!this.#isListed(item)) return null;
    const text = unseal(this.#key, item.box, this.#context(item));
    if (text === null) return null;
    try {
      return text.toString();
    } finally {
      text.fill(0);
    }
  }

  /** Stores all of them or, when it throws, none. Each gets the revision after the one that is there. */
  put(texts: readonly NewText[], now: string): void {
    const items = texts.map(({ kind, name, meta, text }): Item => {
      const before = this.#file.item(kind, name);
      const head = { kind, name, meta, revision: (before?.revision ?? 0) + 1 };
      const box = seal(this.#key, Buffer.from(text), this.#context(head));
      return { ...head, box, createdAt: before?.createdAt ?? now, changedAt: now };
    });
    const added = items.map(({ kind, name, revision, box }): Entry => ({ kind, name, revision, tag: tagOf(box) }));
    this.#file.change({ put: items, header: { manifest: this.#manifest(added, null) } });
    for (const entry of added) this.#entries.set(keyOf(entry.kind, entry.name), entry);
  }

  remove(kind: ItemKind, name: string): void {
    this.#file.change({ remove: [{ kind, name }], header: { manifest: this.#manifest([], keyOf(kind, name)) } });
    this.#entries.delete(keyOf(kind, name));
    this.#handedOut.delete(keyOf(kind, name));
  }

  close(): void {
    this.#key.fill(0);
    this.#entries.clear();
    this.#handedOut.clear();
  }

  /** Whether the manifest has this box: which revision it is, and which of those that ever were. */
  #isListed({ kind, name, revision, box }: Item): boolean {
    const entry = this.#entries.get(keyOf(kind, name));
    return entry !== undefined && entry.revision === revision && entry.tag === tagOf(box);
  }

  /** Made from what we know is ours, never from what the file says: a foreign row does not become ours by the next change. */
  #manifest(added: readonly Entry[], removed: string | null): Buffer {
    const entries = new Map(this.#entries);
    if (removed !== null) entries.delete(removed);
    for (const entry of added) entries.set(keyOf(entry.kind, entry.name), entry);
    const rows = [...entries.values()].map(({ kind, name, revision, tag }) => [kind, name, revision, tag]);
    return seal(this.#key, Buffer.from(JSON.stringify(rows)), this.#manifestContext());
  }

  #manifestContext(): unknown[] {
    return manifestContext(this.#vaultId);
  }

  #context({ kind, name, revision, meta }: Pick<Item, "kind" | "name" | "revision" | "meta">): unknown[] {
    return ["cellar vault item", 1, this.#vaultId, kind, name, revision, meta];
  }
}

function manifestContext(vaultId: string): unknown[] {
  return ["cellar vault manifest", 1, vaultId];
}

function keyOf(kind: ItemKind, name: string): string {
  return `${kind}:${name}`;
}
