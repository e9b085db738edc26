/**
 * Copies a folder as it is: links stay links, permissions and times are kept, names are bytes. What AV-40 names is left out; what is neither file, folder
 * nor link (sockets, pipes, devices) is skipped and logged, and so is what may not be read.
 */
import { constants } from "node:fs";
import { chmod, copyFile, lstat, mkdir, readdir, readlink, statfs, symlink, utimes } from "node:fs/promises";
import { dirname, sep } from "node:path";
import { Failure } from "#shared/failure.ts";
import { isIgnoredInCopies } from "#shared/workspaces/ignored.ts";
import type { RunningJob } from "../jobs/index.ts";
import { type FolderSize, folderSize } from "./folder-size.ts";

export const copySteps = ["Measure", "Copy files"] as const;

/** Nobody waits for this but the copy itself. */
const measureMs = 60_000;
/** Left free on the disk beyond what is copied. */
const spareBytes = 64 * 1024 * 1024;
/** Files copied at a time. */
const parallel = 8;

export async function copyFolder(from: string, to: string, job: RunningJob): Promise<void> {
  const size = await job.step(copySteps[0], () => measure(from, to, job.signal));
  await job.step(copySteps[1], async () => {
    const copy = new Copy(job, size);
    try {
      await copy.directory(Buffer.from(from), Buffer.from(to));
      await copy.finish();
    } catch (error) {
      throw copyFailure(error);
    }
  });
}

function copyFailure(error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (error instanceof Failure || code === undefined) return error;
  const hint = code === "ENOSPC" || code === "EDQUOT" ? "Free some space, then try again." : undefined;
  return new Failure("failed", `Copying failed: ${message}`, { cause: error, ...(hint && { hint }) });
}

async function measure(from: string, to: string, signal: AbortSignal): Promise<FolderSize | null> {
  const size = await folderSize(from, { timeMs: measureMs, signal, skip: isIgnoredInCopies });
  const disk = await statfs(dirname(to));
  const free = disk.bavail * disk.bsize;
  if (size !== null && size.bytes + spareBytes > free) {
    throw new Failure("failed", `The copy needs ${megabytes(size.bytes)} MB, and only ${megabytes(free)} MB are free`, {
      hint: "Free some space, or work in place or in a worktree.",
    });
  }
  return size;
}

const separator = Buffer.from(sep);

/** Paths are bytes: a name that is not UTF-8 arrives unchanged. */
class Copy {
  readonly #job: RunningJob;
  readonly #size: FolderSize | null;
  readonly #files: (() => Promise<void>)[] = [];
  /** Directories get their mode and times last, children before parents: a file written into one would change them. */
  readonly #directories: (() => Promise<void>)[] = [];
  #bytes = 0;
  #left = 0;

  constructor(job: RunningJob, size: FolderSize | null) {
    this.#job = job;
    this.#size = size;
  }

  async directory(from: Buffer, to: Buffer): Promise<void> {
    this.#job.signal.throwIfAborted();
    const found = await lstat(from);
    const entries = await this.#readable(from, () => readdir(from, { encoding: "buffer", withFileTypes: true }));
    if (entries === null) return;
    await mkdir(to, { recursive: true });
    for (const entry of entries) {
      if (isIgnoredInCopies(entry.name.toString("utf8"))) continue;
      const source = Buffer.concat([from, separator, entry.name]);
      const target = Buffer.concat([to, separator, entry.name]);
      if (entry.isDirectory()) await this.directory(source, target);
      else if (entry.isSymbolicLink())
        await this.#readable(source, async () => symlink(await readlink(source, { encoding: "buffer" }), target));
      else if (entry.isFile()) await this.#later(() => this.#file(source, target));
      else this.#leave(source, "it is neither a file, a folder nor a link");
    }
    this.#directories.push(async () => {
      await chmod(to, found.mode & 0o777);
      await utimes(to, found.atime, found.mtime);
    });
  }

  async finish(): Promise<void> {
    await this.#flush();
    for (const dress of this.#directories) await dress();
    if (this.#left > 0) this.#job.log(`${this.#left} could not be copied and are left out; they are listed above.`);
  }

  async #file(from: Buffer, to: Buffer): Promise<void> {
    this.#job.signal.throwIfAborted();
    await this.#readable(from, async () => {
      const found = await lstat(from);
      // Shares the blocks where the file system can (btrfs, XFS, APFS).
      await copyFile(from, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
      await chmod(to, found.mode & 0o777);
      await utimes(to, found.atime, found.mtime);
      this.#bytes += found.size;
      this.#job.progress(this.#bytes, this.#size?.bytes ?? null, "bytes");
    });
  }

  /** Null when the entry may not be read or has vanished meanwhile; both are logged. */
  async #readable<Result>(path: Buffer, work: () => Promise<Result>): Promise<Result | null> {
    try {
      return await work();
    } catch (error) {
      const { code, syscall } = error as NodeJS.ErrnoException;
      if (code === "EACCES" || code === "EPERM" || (code === "ENOENT" && syscall !== "mkdir")) {
        this.#leave(path, code === "ENOENT" ? "it is gone" : "it may not be read");
        return null;
      }
      throw error;
    }
  }

  #leave(path: Buffer, why: string): void {
    this.#left++;
    this.#job.log(`Left out ${path.toString("utf8")}: ${why}`);
  }

  async #later(work: () => Promise<void>): Promise<void> {
    this.#files.push(work);
    if (this.#files.length >= 1024) await this.#flush();
  }

  async #flush(): Promise<void> {
    const files = this.#files.splice(0);
    const workers = Array.from({ length: parallel }, async () => {
      for (let next = files.pop(); next !== undefined; next = files.pop()) await next();
    });
    const results = await Promise.allSettled(workers);
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(0);
}
