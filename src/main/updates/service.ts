/**
 * Updates: asks the feed, gets a newer version when the person wants it, and puts it in place when Cellar quits. It offers; it never ends
 * what runs.
 */
import { join } from "node:path";
import type { UpdateState } from "#shared/contract/updates.ts";
import { Failure, problemOf } from "#shared/failure.ts";
import { rolloutBucket } from "./bucket.ts";
import { download, unreachable } from "./download.ts";
import { type Channel, chooseRelease, type Release, type ReleaseFile, readFeed } from "./feed.ts";
import type { Installation } from "./installation.ts";

export type UpdatesParts = {
  version: string;
  /** For what was downloaded, and the installation's place in a roll-out. */
  folder: string;
  installation: Installation;
  /** Address of the folder with the feeds; empty: there is none. */
  feed: () => string;
  /** Ed25519, 32 bytes in base64; empty: this Cellar was built without one. */
  publicKey: string;
  channel: () => Channel;
  /** Terminals that are alive. */
  running: () => number;
  quit: () => void;
  failed: (error: unknown, what: string) => void;
};

const firstCheckMs = 60_000;
const checkEveryMs = 6 * 60 * 60_000;
/** A computer that wakes for a moment every few minutes is no reason to ask as often. */
const soonestMs = 15 * 60_000;
/** A feed is some kilobytes; a server that does not send it in so long will not. */
const feedWithinMs = 30_000;
const feedBytes = 4 * 1024 * 1024;

export class Updates {
  readonly #parts: UpdatesParts;
  readonly #listeners = new Set<() => void>();
  readonly #ended = new AbortController();
  #state: UpdateState = { state: "current", message: "", version: null, notes: "", percent: null, checkedAt: null };
  #found: { release: Release; file: ReleaseFile; base: URL } | null = null;
  #busy: Promise<UpdateState> | null = null;
  #ready: string | null = null;
  #restart = false;
  #timer: NodeJS.Timeout | null = null;
  #wanted: () => boolean = () => false;
  #lookedAt = 0;
  #leaveInPlace = false;

  constructor(parts: UpdatesParts) {
    this.#parts = parts;
  }

  /** Looks by itself from now on, when `wanted` says so at that time. */
  start(wanted: () => boolean): void {
    this.#wanted = wanted;
    this.#lookAfter(firstCheckMs);
  }

  /** The computer has slept, and the time for the next look with it: that is now, and the next one after the usual time. */
  woke(): void {
    if (this.#timer !== null && Date.now() - this.#lookedAt >= soonestMs) this.#lookByItself();
  }

  /** `stop` will put nothing in place: a system that ends does not wait for an installer. What was fetched is there next time. */
  leaveInPlace(): void {
    this.#leaveInPlace = true;
  }

  get state(): UpdateState {
    const reason = this.#whyOff();
    return reason === null ? this.#state : { ...this.#state, state: "off", message: reason, version: null };
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What is ready stays ready, and what is offered stays offered when the feed cannot be asked: that is only in the answer then. */
  check(): Promise<UpdateState> {
    const { state } = this.state;
    if (state === "off" || state === "ready" || state === "downloading") return Promise.resolve(this.state);
    return this.#alone(
      () => this.#look(),
      (message) => (this.#found === null ? this.#fail(message) : { ...this.state, state: "failed", message }),
    );
  }

  download(): Promise<UpdateState> {
    const found = this.#found;
    if (found === null) throw new Failure("conflict", "There is no newer version to get", { hint: "Check first." });
    if (this.#ready !== null) return Promise.resolve(this.state);
    return this.#alone(
      async () => {
        this.#set({ state: "downloading", message: "", percent: 0 });
        this.#ready = await download({
          file: found.file,
          url: new URL(found.file.url, found.base),
          folder: join(this.#parts.folder, "downloads"),
          signal: this.#ended.signal,
          progress: (percent) => {
            if (percent !== this.#state.percent) this.#set({ percent });
          },
        });
        this.#set({ state: "ready", percent: null, message: this.#parts.installation.whenReady });
      },
      (message) => this.#fail(message),
    );
  }

  /** Quits for the new version, which never disturbs a terminal. */
  install(): void {
    if (this.#ready === null) throw new Failure("conflict", "No newer version is ready");
    const running = this.#parts.running();
    if (running > 0) {
      throw new Failure("conflict", `${running === 1 ? "A terminal runs" : `${running} terminals run`}`, {
        hint: "The new version is put in place when you quit Cellar.",
      });
    }
    this.#restart = true;
    this.#parts.quit();
  }

  /** Ends everything and, when a version is ready and nothing is disturbed by it, puts that in place. */
  async stop(): Promise<void> {
    this.#ended.abort();
    if (this.#timer) clearTimeout(this.#timer);
    await this.#busy?.catch(() => {});
    const { installation, running, failed } = this.#parts;
    if (this.#leaveInPlace || this.#ready === null || (running() > 0 && !installation.sparesTerminals)) return;
    await installation.install(this.#ready, this.#restart).catch((error) => failed(error, "installing an update"));
  }

  #lookAfter(ms: number): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#lookByItself(), ms).unref();
  }

  #lookByItself(): void {
    if (this.#ended.signal.aborted) return;
    this.#lookedAt = Date.now();
    this.#lookAfter(checkEveryMs);
    if (this.#wanted() && this.#whyOff() === null) void this.check();
  }

  #whyOff(): string | null {
    const { installation, feed, publicKey } = this.#parts;
    if (installation.kind === null) return installation.reason;
    if (publicKey === "") return "This Cellar was built without a key for updates.";
    return feed() === "" ? "No address of updates is set." : null;
  }

  async #look(): Promise<void> {
    const { version, folder, installation, publicKey, channel } = this.#parts;
    if (this.#found === null) this.#set({ state: "checking", message: "" });
    const base = feedFolder(this.#parts.feed());
    const wanted = channel();
    const feed = readFeed(await this.#fetchFeed(new URL(`${wanted}.json`, base)), publicKey, wanted);
    const bucket = rolloutBucket(join(folder, "rollout.json"));
    const chosen = chooseRelease(feed, { running: version, kind: installation.kind ?? "", bucket });
    this.#found = chosen && { ...chosen, base };
    this.#set({
      state: chosen ? "available" : "current",
      message: "",
      version: chosen?.release.version ?? null,
      notes: chosen?.release.notes ?? "",
      checkedAt: new Date().toISOString(),
    });
  }

  async #fetchFeed(url: URL): Promise<string> {
    const signal = AbortSignal.any([this.#ended.signal, AbortSignal.timeout(feedWithinMs)]);
    const answer = await fetch(url, { signal, cache: "no-store" }).catch(unreachable);
    if (!answer.ok) throw new Failure("unavailable", `The server of updates answered ${answer.status}`);
    let text = "";
    const decoder = new TextDecoder();
    for await (const chunk of answer.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length > feedBytes) throw new Failure("too_large", "The update feed is too large");
    }
    return text;
  }

  /** One thing at a time: who asks meanwhile gets the answer to what is going on. */
  #alone(work: () => Promise<void>, failed: (message: string) => UpdateState): Promise<UpdateState> {
    this.#busy ??= work()
      .then(() => this.state)
      .catch((error: unknown) => {
        const { message, hint } = problemOf(error);
        return failed(hint ? `${message}. ${hint}` : `${message}.`);
      })
      .finally(() => {
        this.#busy = null;
      });
    return this.#busy;
  }

  #fail(message: string): UpdateState {
    this.#set({ state: "failed", percent: null, message });
    return this.state;
  }

  #set(change: Partial<UpdateState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

function feedFolder(address: string): URL {
  try {
    return new URL(address.endsWith("/") ? address : `${address}/`);
  } catch {
    throw new Failure("invalid_input", "The address of updates is none");
  }
}
