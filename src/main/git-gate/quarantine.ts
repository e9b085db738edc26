/** What an agent has sent, in a folder of its own beside the mirror: it is looked at there, and gone unless upstream takes it. */
import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable, type Writable } from "node:stream";
import { diffFlags, type GitOptions } from "#node/git/index.ts";
import { type Ended, lastLines } from "#node/subprocess.ts";
import type { GateLimits } from "./limits.ts";
import type { Mirror } from "./mirror.ts";
import { PushRefused } from "./push-refused.ts";
import type { Update } from "./rules.ts";
import { plain } from "./upstream-words.ts";

export type NewObject = { id: string; path: string };

export type Diffstat = { files: { path: string; added: number | null; removed: number | null }[]; more: number };

/** Of what is shown to a person. */
const mostFiles = 200;
const mostCommits = 50;
/** Bytes of git's own list of what is new. */
const listBytes = 64 * 1024 * 1024;

export class Quarantine {
  readonly #mirror: Mirror;
  readonly #folder: string;
  readonly #limits: GateLimits;
  readonly #signal: AbortSignal;

  constructor(mirror: Mirror, limits: GateLimits, signal: AbortSignal) {
    this.#mirror = mirror;
    this.#limits = limits;
    this.#signal = signal;
    this.#folder = join(incomingFolder(mirror), randomBytes(8).toString("hex"));
    mkdirSync(join(this.objects, "pack"), { recursive: true, mode: 0o700 });
    mkdirSync(join(this.objects, "info"), { mode: 0o700 });
    // In a file and not in a variable, in which a colon would end the path.
    writeFileSync(join(this.objects, "info", "alternates"), `${join(mirror.gitDir, "objects")}\n`);
  }

  get objects(): string {
    return join(this.#folder, "objects");
  }

  get environment(): Record<string, string> {
    return { GIT_OBJECT_DIRECTORY: this.objects };
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Takes a pack in and checks every object of it. Throws {@link PushRefused}. */
  async unpack(pack: AsyncIterable<Buffer>): Promise<void> {
    const { packBytes, memoryBytes } = this.#limits;
    const args = ["index-pack", "--stdin", "--fix-thin", "--strict", `--max-input-size=${packBytes}`];
    const ended = await this.#git(args, {
      input: Readable.from(pack, { objectMode: false }),
      memoryBytes,
      timeoutMs: "none",
    });
    if (ended.exitCode === 0) return;
    if (/exceeds maximum allowed size/.test(ended.stderr)) {
      throw new PushRefused("too_large", `larger than ${packBytes / 1024 / 1024} MiB`);
    }
    if (/out of memory|cannot allocate|mmap failed/i.test(ended.stderr)) {
      throw new PushRefused("too_large", "it needs more memory to be unpacked than there is for it");
    }
    throw new PushRefused("malformed", `the pack is not valid: ${plain(saidBy(ended))}`);
  }

  /** What upstream would get that it has not. Throws {@link PushRefused} when something of it is missing. */
  async newObjects(updates: readonly Update[]): Promise<NewObject[]> {
    const tips = updates.flatMap(({ new: id }) => (id === null ? [] : [id]));
    if (tips.length === 0) return [];
    await this.#checkKinds(updates);
    const args = ["rev-list", "--objects", "--stdin", "--not", "--all"];
    const ended = await this.#git(args, {
      input: `${tips.join("\n")}\n`,
      maxStdoutBytes: listBytes,
      timeoutMs: 300_000,
    });
    if (ended.exitCode !== 0) throw new PushRefused("malformed", "objects are missing in what was sent");
    const lines = ended.stdout.toString().split("\n").filter(Boolean);
    if (lines.length > this.#limits.objects)
      throw new PushRefused("too_large", `more than ${this.#limits.objects} objects`);
    return lines.map((line) => ({
      id: line.split(" ", 1)[0]!,
      path: line.slice(line.indexOf(" ") + 1 || line.length),
    }));
  }

  /** `cat-file --batch`: every object whole, in order. */
  async read(ids: readonly string[], to: Writable): Promise<void> {
    const input = `${ids.join("\n")}\n`;
    const ended = await this.#git(["cat-file", "--batch"], { input, stdoutTo: to, timeoutMs: "none" });
    if (ended.exitCode !== 0) throw new PushRefused("malformed", "what was sent cannot be read");
  }

  /** Bytes of all of them unpacked, without unpacking. Throws {@link PushRefused} for one, or all, beyond the limit. */
  async checkSizes(objects: readonly NewObject[]): Promise<number> {
    const { objectBytes, totalBytes } = this.#limits;
    const ended = await this.#git(["cat-file", "--batch-check=%(objectsize) %(objectname)"], {
      input: `${objects.map(({ id }) => id).join("\n")}\n`,
      maxStdoutBytes: listBytes,
    });
    let total = 0;
    for (const [index, line] of ended.stdout.toString().split("\n").filter(Boolean).entries()) {
      const size = Number(line.split(" ", 1)[0]);
      if (!Number.isInteger(size)) throw new PushRefused("malformed", "objects are missing in what was sent");
      const what = objects[index]?.path || "an object";
      if (size > objectBytes)
        throw new PushRefused("too_large", `${plain(what)} is larger than ${objectBytes / 1024 / 1024} MiB`);
      total += size;
    }
    if (total > totalBytes)
      throw new PushRefused("too_large", `unpacked it is larger than ${totalBytes / 1024 / 1024} MiB`);
    return total;
  }

  /** Whether `old` is part of the history of `next`. */
  async isForward(old: string, next: string): Promise<boolean> {
    const ended = await this.#git(["merge-base", "--is-ancestor", old, next]);
    if (ended.exitCode === 0 || ended.exitCode === 1) return ended.exitCode === 0;
    throw new PushRefused("malformed", "its history cannot be read");
  }

  /** Subjects of what is new, newest first. */
  async commits(updates: readonly Update[]): Promise<{ list: { id: string; subject: string }[]; more: number }> {
    const tips = updates.flatMap(({ new: id }) => (id === null ? [] : [id]));
    if (tips.length === 0) return { list: [], more: 0 };
    const range = [...tips, "--not", "--all"];
    const [count, log] = await Promise.all([
      this.#git(["rev-list", "--count", ...range]),
      this.#git(["log", "--no-show-signature", `--max-count=${mostCommits}`, "--format=%H %s", ...range]),
    ]);
    const lines = log.stdout.toString().split("\n").filter(Boolean);
    const list = lines.map((line) => ({
      id: line.split(" ", 1)[0]!,
      subject: plain(line.slice(line.indexOf(" ") + 1)).slice(0, 200),
    }));
    return { list, more: Math.max(0, Number(count.stdout.toString().trim()) - list.length) };
  }

  /** Against what was there, or, for something new, where it left the main branch. */
  async diffstat({ old, new: next }: Update): Promise<Diffstat> {
    if (next === null) return { files: [], more: 0 };
    const base = old ?? (await this.#leftMainAt(next));
    const args = [
      "diff-tree",
      "-r",
      "--numstat",
      "-z",
      "--no-renames",
      ...diffFlags.filter((flag) => flag !== "--find-renames"),
    ];
    const ended = await this.#git([...args, base ?? emptyTree(next), next], { maxStdoutBytes: listBytes });
    if (ended.exitCode !== 0) return { files: [], more: 0 };
    const all = ended.stdout.toString().split("\0").filter(Boolean);
    const files = all.slice(0, mostFiles).flatMap((entry) => {
      const [, added, removed, path] = /^(\d+|-)\t(\d+|-)\t(.*)$/s.exec(entry) ?? [];
      const number = (text: string | undefined) => (text === undefined || text === "-" ? null : Number(text));
      return path === undefined
        ? []
        : [{ path: plain(path).slice(0, 300), added: number(added), removed: number(removed) }];
    });
    return { files, more: all.length - files.length };
  }

  async #leftMainAt(next: string): Promise<string | null> {
    const ended = await this.#git(["merge-base", "HEAD", next]);
    return ended.exitCode === 0 ? ended.stdout.toString().trim() : null;
  }

  /** A branch is a commit; a tag is one, or a tag of something. */
  async #checkKinds(updates: readonly Update[]): Promise<void> {
    const wanted = updates.filter(({ new: id }) => id !== null);
    const ended = await this.#git(["cat-file", "--batch-check=%(objecttype)"], {
      input: `${wanted.map(({ new: id }) => id).join("\n")}\n`,
    });
    const kinds = ended.stdout.toString().split("\n");
    for (const [index, { ref }] of wanted.entries()) {
      const kind = kinds[index];
      const fits = kind === "commit" || (kind === "tag" && ref.startsWith("refs/tags/"));
      if (!fits) throw new PushRefused("malformed", `${ref} would be no commit`);
    }
  }

  #git(args: readonly string[], options: GitOptions = {}): Promise<Ended> {
    return this.#mirror.run(args, { ...options, signal: this.#signal, environment: this.environment });
  }
}

/** Where quarantines are made; whatever lies there at a start is from before. */
export function incomingFolder(mirror: Pick<Mirror, "folder">): string {
  return join(mirror.folder, "incoming");
}

function emptyTree(like: string): string {
  return like.length === 64
    ? "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321"
    : "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
}

function saidBy(ended: Ended): string {
  return lastLines(ended.stderr, 1).replace(/^(fatal|error): /, "") || "git could not read it";
}
