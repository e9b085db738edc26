/**
 * Whether the vault can be read: absent → locked ⇄ unlocked. Holds the file and, while unlocked, the data key; everything that needs the
 * key asks here for the contents and is told in words why it cannot have them.
 */
import { existsSync } from "node:fs";
import { setAside } from "#node/store/backup.ts";
import { Failure } from "#shared/failure.ts";
import type { Keychain } from "../keychain.ts";
import { Contents, newDataKey } from "./contents.ts";
import { VaultFile } from "./file.ts";
import type { ScryptCost } from "./passphrase.ts";
import { Protection, protectionKind } from "./protection.ts";

export type LockParts = {
  path: string;
  keychain: Keychain;
  cost: ScryptCost;
  now: () => number;
  /** Minutes without use after which it locks itself; 0: never. */
  lockMinutes: () => number;
  changed: () => void;
};

export type LockedBecause = "start" | "asked" | "idle" | "screen";

export class VaultLock {
  readonly #parts: LockParts;
  readonly #protection: Protection;
  #file: VaultFile;
  #contents: Contents | null = null;
  #lockedBecause: LockedBecause = "start";
  #usedAt = 0;
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(parts: LockParts) {
    this.#parts = parts;
    this.#protection = new Protection(parts);
    this.#file = new VaultFile(parts.path);
  }

  get file(): VaultFile {
    return this.#file;
  }

  get state(): "absent" | "locked" | "unlocked" {
    if (this.#contents) return "unlocked";
    return this.#file.header().wrap === null ? "absent" : "locked";
  }

  get kind(): "passphrase" | "keychain" | null {
    return protectionKind(this.#file.header().wrap);
  }

  get lockedBecause(): LockedBecause | null {
    return this.state === "locked" ? this.#lockedBecause : null;
  }

  get waitUntil(): number | null {
    return this.#protection.waitUntil;
  }

  /** Null while locked, or before it is set up. */
  get open(): Contents | null {
    this.#lockIfIdle();
    return this.#contents;
  }

  /** The contents, and the vault counts as used. `what` cannot be done is said when it is locked: "secret 'x' cannot be read". */
  use(what: string): Contents {
    const contents = this.open;
    if (contents !== null) {
      this.#touch();
      return contents;
    }
    if (this.state === "absent") {
      throw new Failure("unavailable", `the vault has not been set up, so ${what}`, {
        hint: "Set it up in Cellar's window under Vault, or with vault.setUp.",
      });
    }
    throw new Failure("unavailable", `the vault is locked, so ${what}`, { hint: "Unlock the vault and try again." });
  }

  async setUp(passphrase: string | null): Promise<void> {
    const { vaultId, wrap } = this.#file.header();
    if (wrap !== null) throw new Failure("conflict", "the vault has been set up already");
    const dataKey = newDataKey();
    const record = await this.#protection.wrap(dataKey, passphrase, vaultId);
    this.#file.change({ header: { wrap: record, manifest: Contents.emptyManifest(dataKey, vaultId) } });
    this.#opened(dataKey);
  }

  async unlock(passphrase: string | null): Promise<void> {
    const { vaultId, wrap } = this.#file.header();
    if (wrap === null) throw new Failure("unavailable", "the vault has not been set up");
    const { dataKey, renew } = await this.#protection.unwrap(wrap, passphrase, vaultId);
    if (renew) this.#file.change({ header: { wrap: await this.#protection.wrap(dataKey, null, vaultId) } });
    this.#opened(dataKey);
  }

  lock(because: LockedBecause): void {
    clearTimeout(this.#idleTimer);
    if (this.#contents === null) return;
    this.#contents.close();
    this.#contents = null;
    this.#lockedBecause = because;
    this.#parts.changed();
  }

  /** One row changes, so it is the one or the other that opens the vault afterwards, whatever happens in between. */
  async changePassphrase(current: string | null, next: string | null): Promise<void> {
    const { vaultId, wrap } = this.#file.header();
    if (wrap === null) throw new Failure("unavailable", "the vault has not been set up");
    const { dataKey } = await this.#protection.unwrap(wrap, current, vaultId);
    try {
      this.#file.change({ header: { wrap: await this.#protection.wrap(dataKey, next, vaultId) } });
    } finally {
      dataKey.fill(0);
    }
    if (this.#contents) this.#touch();
    this.#parts.changed();
  }

  /** Nothing is deleted: the file and its backup keep another name, and open again under their old one. */
  startOver(): void {
    this.lock("asked");
    const { path } = this.#parts;
    this.#file.close();
    setAside(path);
    if (existsSync(`${path}.backup`)) setAside(`${path}.backup`);
    this.#file = new VaultFile(path);
    this.#parts.changed();
  }

  /** After the setting has changed. */
  watchIdle(): void {
    clearTimeout(this.#idleTimer);
    const limit = this.#parts.lockMinutes() * 60_000;
    if (this.#contents === null || limit === 0) return;
    const left = this.#usedAt + limit - this.#parts.now();
    if (left <= 0) this.lock("idle");
    else this.#idleTimer = setTimeout(() => this.watchIdle(), left).unref();
  }

  close(): void {
    clearTimeout(this.#idleTimer);
    this.#contents?.close();
    this.#contents = null;
    this.#file.close();
  }

  #opened(dataKey: Buffer): void {
    this.#contents?.close();
    this.#contents = new Contents(this.#file, dataKey);
    this.#touch();
    this.watchIdle();
    this.#parts.changed();
  }

  #touch(): void {
    this.#usedAt = this.#parts.now();
  }

  /** A computer that slept has not run the timer. */
  #lockIfIdle(): void {
    const limit = this.#parts.lockMinutes() * 60_000;
    if (this.#contents !== null && limit > 0 && this.#parts.now() - this.#usedAt > limit) this.lock("idle");
  }
}
