/**
 * The vault as the rest of main uses it. {@link Vault.resolve} gives a secret to whoever puts it where it belongs (the broker, the git
 * gate); {@link Vault.known} gives what must never be seen to whoever looks for it (redaction, detectors). The contract's calls put
 * secrets in, and get names out.
 */
import { setImmediate } from "node:timers/promises";
import { OneAtATime } from "#node/one-at-a-time.ts";
import type { Secret } from "#node/secret.ts";
import type { GitCredential, VaultSecret, VaultState, VaultUse } from "#shared/contract/vault.ts";
import { LiveList } from "#shared/live-list.ts";
import type { Keychain } from "../keychain.ts";
import type { ItemKind } from "./file.ts";
import { GitCredentials, type GivenGitCredential } from "./git-credentials.ts";
import { ImportPlans } from "./imports.ts";
import { VaultLock } from "./lock.ts";
import type { Environment } from "./lookup.ts";
import { type ScryptCost, strongCost } from "./passphrase.ts";
import { sameItems } from "./same-items.ts";
import { checkHandle, type ImportChoice, type Need, Secrets } from "./secrets.ts";
import { Uses } from "./uses.ts";
import { type KnownValue, Values } from "./values.ts";

export type VaultParts = {
  path: string;
  keychain: Keychain;
  /** The person's environment; it goes before what is stored. */
  environment: () => Promise<Environment>;
  /** Minutes without use after which the vault locks itself; 0: never. */
  lockMinutes: () => number;
  failed: (error: unknown, what: string) => void;
  cost?: ScryptCost;
  now?: () => number;
};

export class Vault {
  readonly secrets = new LiveList<VaultSecret>();
  readonly gitCredentials = new LiveList<GitCredential>();
  readonly #parts: VaultParts;
  readonly #now: () => number;
  readonly #lock: VaultLock;
  readonly #secrets: Secrets;
  readonly #git: GitCredentials;
  readonly #values: Values;
  readonly #plans = new ImportPlans();
  readonly #queue = new OneAtATime();
  readonly #listeners = new Set<() => void>();
  readonly #needs = new Set<() => readonly Need[]>();
  #uses: Uses;
  #environment: Environment = {};
  #closed = false;
  #keychainProblem: string | null = null;
  #started: Promise<void> = Promise.resolve();

  constructor(parts: VaultParts) {
    this.#parts = parts;
    this.#now = parts.now ?? Date.now;
    const cost = parts.cost ?? strongCost;
    this.#lock = new VaultLock({ ...parts, cost, now: this.#now, changed: () => this.#changed() });
    this.#uses = this.#loadUses();
    const shared = { lock: this.#lock, environment: () => this.#environment, now: () => this.#time() };
    const needs = () => [...this.#needs].flatMap((each) => each());
    this.#secrets = new Secrets({ ...shared, uses: () => this.#uses, needs });
    this.#git = new GitCredentials({ ...shared, uses: (name) => this.#uses.of("git", name) });
    this.#values = new Values({
      lock: this.#lock,
      secrets: this.#secrets,
      git: this.#git,
      handles: () => this.names(),
    });
    this.#changed();
  }

  /** What happened to the file at opening, in sentences. */
  get notices(): readonly string[] {
    return this.#lock.file.notices;
  }

  /** Reads the environment, and unlocks what the keychain protects. Never rejects; {@link resolve} waits for it. */
  start(): Promise<void> {
    const failed = (error: unknown) => this.#parts.failed(error, "starting the vault");
    this.#started = this.#unlockByKeychain().catch(failed);
    // For this the person's shell is started: not before Cellar has said that it is ready.
    const environment = setImmediate().then(() => this.#readEnvironment().catch(failed));
    return Promise.all([this.#started, environment]).then(() => {
      // Whoever starts Cellar may end it at once.
      if (!this.#closed) this.#changed();
    });
  }

  get state(): VaultState {
    const { file } = this.#lock;
    const wait = this.#lock.waitUntil;
    const problems = this.#lock.open?.problems() ?? [];
    return {
      state: this.#lock.state,
      protection: this.#lock.kind,
      lockedBecause: this.#lock.lockedBecause,
      keychain: { name: this.#parts.keychain.name, problem: this.#keychainProblem },
      waitUntil: wait === null ? null : new Date(wait).toISOString(),
      secrets: file.items("secret").length,
      gitCredentials: file.items("git").length,
      path: file.path,
      problems: file.backupProblem === null ? problems : [...problems, file.backupProblem],
    };
  }

  /** Calls back after any change of state or contents; a use is none. Returns what ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Domains that keep handles in their records say here which of them are needed now. Returns what ends it. */
  addNeeds(needs: () => readonly Need[]): () => void {
    this.#needs.add(needs);
    return () => this.#needs.delete(needs);
  }

  /**
   * The secret of a handle, from the environment or the store; `usedBy` says who gets it, as a person knows it. Throws `invalid_input` for
   * what is no handle, `not_found`, `unavailable` while the vault is locked, and `failed` when what is stored is not what Cellar wrote.
   */
  async resolve(handle: string, usedBy: string): Promise<Secret> {
    checkHandle(handle);
    await this.#started;
    await this.#readEnvironment();
    return this.#handOut("secret", handle, usedBy);
  }

  /** The credential for a repository of a host (`acme/api`), or null when there is none. Throws as {@link resolve}, and `conflict`. */
  async gitCredential(
    host: string,
    path: string,
    usedBy: string,
  ): Promise<{ name: string; kind: GitCredential["kind"]; userName: string; secret: Secret } | null> {
    await this.#started;
    await this.#readEnvironment();
    const credential = this.#git.find(host, path);
    if (credential === null) return null;
    const { name, kind, userName } = credential;
    return { name, kind, userName, secret: this.#handOut("git", name, usedBy) };
  }

  /**
   * Every value that is known now: stored ones while the vault is unlocked, those of the environment, and all that were handed out since
   * the start, also after they were rotated or the vault was locked. Ask again after a change.
   */
  known(): readonly KnownValue[] {
    return this.#values.known();
  }

  names(): string[] {
    return this.secrets
      .values()
      .map(({ id }) => id)
      .sort();
  }

  usage(handle: string): { handle: string; uses: VaultUse[]; neededBy: string[] } {
    return this.#secrets.usage(handle);
  }

  setUp(passphrase: string | null): Promise<VaultState> {
    return this.#locking(() => this.#lock.setUp(passphrase));
  }

  unlock(passphrase: string | null): Promise<VaultState> {
    return this.#locking(() => this.#lock.unlock(passphrase));
  }

  lock(): Promise<VaultState> {
    return this.#locking(async () => this.#lock.lock("asked"));
  }

  /** As `lock`: nobody is there to have asked for it. */
  screenLocked(): void {
    void this.#locking(async () => this.#lock.lock("screen"));
  }

  changePassphrase(current: string | null, next: string | null): Promise<VaultState> {
    return this.#locking(() => this.#lock.changePassphrase(current, next));
  }

  startOver(): Promise<VaultState> {
    return this.#locking(async () => {
      this.#uses.flush();
      this.#lock.startOver();
      this.#uses = this.#loadUses();
    });
  }

  /** After the setting behind {@link VaultParts.lockMinutes} has changed. */
  watchIdle(): void {
    this.#lock.watchIdle();
  }

  set(handle: string, value: string, force: boolean): Promise<VaultSecret> {
    return this.#changing(() => {
      this.#secrets.set(handle, value, force);
      return () => this.secrets.get(handle)!;
    });
  }

  rotate(handle: string, value: string): Promise<VaultSecret> {
    return this.#changing(() => {
      this.#secrets.rotate(handle, value);
      return () => this.secrets.get(handle)!;
    });
  }

  delete(handle: string, force: boolean): Promise<void> {
    return this.#changing(() => {
      this.#secrets.delete(handle, force);
      return () => {};
    });
  }

  importPreview(text: string) {
    return this.#plans.preview(text, (handle) => this.#secrets.has(handle));
  }

  import(planId: string, choices: readonly ImportChoice[]): Promise<string[]> {
    return this.#changing(() => {
      const handles = this.#secrets.import(this.#plans.rows(planId), choices);
      this.#plans.remove(planId);
      return () => handles;
    });
  }

  discardImport(planId: string): void {
    this.#plans.discard(planId);
  }

  saveGitCredential(given: GivenGitCredential): Promise<GitCredential> {
    return this.#changing(() => {
      checkHandle(given.name);
      this.#git.save(given);
      return () => this.gitCredentials.get(given.name)!;
    });
  }

  deleteGitCredential(name: string): Promise<void> {
    return this.#changing(() => {
      this.#git.delete(name);
      this.#uses.forget("git", name);
      return () => {};
    });
  }

  close(): void {
    this.#closed = true;
    this.#uses.flush();
    this.#plans.clear();
    this.#listeners.clear();
    this.#lock.close();
  }

  async #unlockByKeychain(): Promise<void> {
    this.#keychainProblem = await this.#parts.keychain.problem();
    if (this.#lock.kind === "keychain") await this.#queue.run("vault", () => this.#lock.unlock(null));
  }

  async #locking(work: () => Promise<void>): Promise<VaultState> {
    try {
      await this.#queue.run("vault", work);
    } finally {
      // Also after a wrong passphrase, which may have to be waited for now.
      this.#changed();
    }
    return this.state;
  }

  /** A change of what is stored; `work` returns what is to be answered once the lists show it. */
  #changing<Result>(work: () => () => Result): Promise<Result> {
    return this.#queue.run("vault", async () => {
      const answer = work();
      this.#changed();
      return answer();
    });
  }

  async #readEnvironment(): Promise<void> {
    this.#environment = await this.#parts.environment();
  }

  #handOut(kind: ItemKind, name: string, usedBy: string): Secret {
    const secret = this.#values.handOut(kind, name);
    this.#uses.note(kind, name, usedBy, this.#time());
    const uses = this.#uses.of(kind, name);
    const item = kind === "secret" ? this.secrets.get(name) : undefined;
    const credential = kind === "git" ? this.gitCredentials.get(name) : undefined;
    if (item) this.secrets.set({ ...item, uses });
    else if (credential) this.gitCredentials.set({ ...credential, uses });
    else this.#changed();
    return secret;
  }

  #loadUses(): Uses {
    return new Uses({
      stored: this.#lock.file.uses(),
      write: (rows) => this.#lock.file.noteUses(rows),
      failed: (error) => this.#parts.failed(error, "noting uses of the vault"),
    });
  }

  #time(): string {
    return new Date(this.#now()).toISOString();
  }

  /** Makes the lists anew and tells everybody. */
  #changed(): void {
    this.#values.changed();
    sameItems(this.secrets, this.#secrets.list());
    sameItems(this.gitCredentials, this.#git.list());
    for (const listener of this.#listeners) listener();
  }
}
