/**
 * A bare mirror of one upstream, reached in one way. It is brought up to date before anything is served from it, and what an agent pushes gets
 * into it only after upstream has taken it: so it is never ahead of upstream, and never served behind it.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Git, type GitOptions, overridesFor } from "#node/git/index.ts";
import { OneAtATime } from "#node/one-at-a-time.ts";
import { type Ended, lastLines } from "#node/subprocess.ts";
import { Failure } from "#shared/failure.ts";
import type { Access } from "./access.ts";
import { unreachable } from "./upstream-words.ts";

/** What upstream has: ids by full name, and the branch that HEAD is. */
export type Refs = { ids: ReadonlyMap<string, string>; head: string | null };

/** Bytes of a list of refs; a hundred thousand fit. */
const refListBytes = 64 * 1024 * 1024;
const lookMs = 60_000;

/** Everything of ours is said here; neither the person's configuration nor the system's is read. */
const settings: [string, string][] = [
  ...overridesFor([]),
  ["core.bigFileThreshold", "16m"],
  ["core.alternateRefsCommand", "true"],
  ["fetch.unpackLimit", "1"],
  ["fetch.writeCommitGraph", "false"],
  ["pack.threads", "2"],
  // Windows of packs count as memory of whoever is held to a limit.
  ["core.packedGitWindowSize", "64m"],
  ["core.packedGitLimit", "512m"],
  ["uploadpack.allowFilter", "true"],
  ["advice.pushUpdateRejected", "false"],
];

export class Mirror {
  readonly folder: string;
  readonly #git: Git;
  readonly #owner: string;
  readonly #turns = new OneAtATime();
  #refs: Refs | null = null;
  #next: Promise<Refs> | null = null;

  /** `owner` marks our processes, to be found again after a crash. */
  constructor(git: Git, folder: string, owner: string) {
    this.#git = git;
    this.folder = folder;
    this.#owner = owner;
  }

  get gitDir(): string {
    return join(this.folder, "mirror.git");
  }

  /** As of the last {@link refresh}. */
  get refs(): Refs {
    return this.#refs ?? { ids: new Map(), head: null };
  }

  /** Runs git on the mirror and nowhere else, whatever the exit code. */
  run(args: readonly string[], options: GitOptions = {}): Promise<Ended> {
    return this.#execute([`--git-dir=${this.gitDir}`], args, [], { timeoutMs: lookMs, ...options });
  }

  /** The same in a conversation with upstream. */
  reach(access: Access, args: readonly string[], options: GitOptions = {}): Promise<Ended> {
    return this.#execute([`--git-dir=${this.gitDir}`], args, access.settings, {
      ...options,
      ...access.options,
      environment: { ...access.options.environment, ...options.environment },
    });
  }

  /**
   * Brings it up to what upstream has now. Those who ask while it waits for its turn share it. Throws `unavailable` in words for an agent when
   * upstream cannot be reached.
   */
  refresh(access: () => Promise<Access>, signal?: AbortSignal): Promise<Refs> {
    this.#next ??= this.#turns.run("refs", () => {
      // Whoever comes from now on may have seen something newer happen.
      this.#next = null;
      return this.#refresh(access);
    });
    return orAborted(this.#next, signal);
  }

  /** After upstream has taken a push: its objects, and its refs where nothing newer has come meanwhile. */
  install(objects: string, updates: readonly { ref: string; old: string | null; new: string | null }[]): Promise<void> {
    return this.#turns.run("refs", async () => {
      movePacks(join(objects, "pack"), join(this.gitDir, "objects", "pack"));
      for (const { ref, old, new: next } of updates) {
        const zero = "0".repeat((next ?? old ?? "").length);
        const args = next === null ? ["-d", ref, old ?? zero] : [ref, next, old ?? zero];
        // One that is refused has moved on; the next refresh says where it is.
        await this.run(["update-ref", ...args]);
      }
      this.#refs = await this.#ownRefs();
    });
  }

  /** Packs of many small fetches become few. Nothing may be read from it meanwhile. */
  tidy(): Promise<void> {
    return this.#turns.run("refs", async () => {
      if (!existsSync(this.gitDir)) return;
      if (readdirSync(join(this.gitDir, "objects", "pack")).filter((name) => name.endsWith(".pack")).length < 20)
        return;
      await this.run(["gc", "--quiet"], { timeoutMs: 600_000 });
    });
  }

  async #refresh(access: () => Promise<Access>): Promise<Refs> {
    const open = await access();
    try {
      const there = await this.#ask(open);
      await this.#make(there);
      const own = await this.#ownRefs();
      if (!same(there.ids, own.ids)) await this.#fetch(open);
      if (there.head !== null && there.head !== own.head) await this.run(["symbolic-ref", "HEAD", there.head]);
      this.#refs = await this.#ownRefs();
      return this.#refs;
    } finally {
      await open.end();
    }
  }

  async #ask(access: Access): Promise<Refs> {
    const args = ["ls-remote", "--symref", "--", access.url, "HEAD", "refs/heads/*", "refs/tags/*"];
    const ended = await this.#execute([], args, access.settings, {
      ...access.options,
      timeoutMs: lookMs,
      maxStdoutBytes: refListBytes,
    });
    if (ended.exitCode !== 0) throw unreachable(lastLines(ended.stderr, 10));
    const ids = new Map<string, string>();
    let head: string | null = null;
    for (const line of ended.stdout.toString().split("\n")) {
      const [, symref] = /^ref: (refs\/heads\/\S+)\tHEAD$/.exec(line) ?? [];
      if (symref !== undefined) head = symref;
      const [, id, ref] = /^([0-9a-f]{40}|[0-9a-f]{64})\t(refs\/(?:heads|tags)\/.+)$/.exec(line) ?? [];
      if (id !== undefined && ref !== undefined && !ref.endsWith("^{}")) ids.set(ref, id);
    }
    return { ids, head };
  }

  async #fetch(access: Access): Promise<void> {
    const refspecs = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"];
    const options = ["--prune", "--force", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--quiet"];
    const ended = await this.reach(access, ["fetch", ...options, "--", access.url, ...refspecs], { timeoutMs: "none" });
    if (ended.exitCode !== 0) throw unreachable(lastLines(ended.stderr, 10));
  }

  /** Anew where there is none, or where an empty one was made for other ids than upstream's. */
  async #make({ ids, head }: Refs): Promise<void> {
    const [first] = ids.values();
    const format = first?.length === 64 ? "sha256" : "sha1";
    if (existsSync(join(this.gitDir, "HEAD"))) {
      const found = await this.run(["rev-parse", "--show-object-format"]);
      if (first === undefined || found.stdout.toString().trim() === format) return;
      rmSync(this.gitDir, { recursive: true, force: true });
    }
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const making = join(this.folder, "making.git");
    rmSync(making, { recursive: true, force: true });
    const branch = head === null ? [] : [`--initial-branch=${head.slice("refs/heads/".length)}`];
    const args = ["init", "--quiet", "--bare", "--template=", `--object-format=${format}`, ...branch, making];
    const ended = await this.#execute([], args, [], {});
    if (ended.exitCode !== 0)
      throw new Failure("failed", `the git gate's mirror could not be made: ${lastLines(ended.stderr)}`);
    mkdirSync(join(making, "objects", "pack"), { recursive: true });
    renameSync(making, this.gitDir);
  }

  async #ownRefs(): Promise<Refs> {
    const [listed, head] = await Promise.all([
      this.run(["for-each-ref", "--format=%(objectname) %(refname)", "refs/heads/", "refs/tags/"], {
        maxStdoutBytes: refListBytes,
      }),
      this.run(["symbolic-ref", "--quiet", "HEAD"]),
    ]);
    if (listed.exitCode !== 0)
      throw new Failure("failed", `the git gate's mirror cannot be read: ${lastLines(listed.stderr)}`);
    const lines = listed.stdout.toString().split("\n").filter(Boolean);
    const ids = new Map(lines.map((line) => [line.slice(line.indexOf(" ") + 1), line.slice(0, line.indexOf(" "))]));
    return { ids, head: head.exitCode === 0 ? head.stdout.toString().trim() : null };
  }

  #execute(
    place: readonly string[],
    args: readonly string[],
    more: [string, string][],
    options: GitOptions,
  ): Promise<Ended> {
    const environment = {
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_CONFIG_SYSTEM: "/dev/null",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_ATTR_NOSYSTEM: "1",
      GIT_NO_REPLACE_OBJECTS: "1",
      // No .netrc, no ~/.config/git: nothing of the person's is used that was not named.
      HOME: this.folder,
      XDG_CONFIG_HOME: this.folder,
      ...options.environment,
    };
    return this.#git.execute(place, args, "nowhere", [...settings, ...more], {
      ...options,
      owner: this.#owner,
      environment,
    });
  }
}

/** The index last: a pack without one is not there yet. */
function movePacks(from: string, to: string): void {
  if (!existsSync(from)) return;
  const names = readdirSync(from).filter((name) => /^pack-[0-9a-f]+\.(pack|rev|idx)$/.test(name));
  const rank = (name: string) => (name.endsWith(".idx") ? 1 : 0);
  for (const name of names.toSorted((a, b) => rank(a) - rank(b))) {
    if (!existsSync(join(to, name))) renameSync(join(from, name), join(to, name));
  }
}

function same(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([ref, id]) => b.get(ref) === id);
}

function orAborted<Result>(work: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (signal === undefined) return work;
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(new Failure("cancelled", "the agent's git has gone"));
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  return Promise.race([work, promise]).finally(() => signal.removeEventListener("abort", abort));
}
