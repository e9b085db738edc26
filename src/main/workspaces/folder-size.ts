/** How large a folder is, counted in the background with an end: nobody waits for the size of a home directory. */
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

export type FolderSize = { bytes: number; files: number };

export type SizeLimits = {
  /** Milliseconds after which counting is given up. */
  timeMs: number;
  signal?: AbortSignal | undefined;
  /** Names that are left out, with everything below them. */
  skip?: (name: string) => boolean;
};

/** How many directories are read at a time: enough to keep a disk busy, few enough to leave the thread pool to others. */
const parallel = 4;

/** Bytes and files (links count as files and are not followed), or null when it took too long. What cannot be read counts nothing. */
export async function folderSize(folder: string, limits: SizeLimits): Promise<FolderSize | null> {
  const deadline = performance.now() + limits.timeMs;
  const size: FolderSize = { bytes: 0, files: 0 };
  const waiting = [folder];
  let late = false;

  async function work(): Promise<void> {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      limits.signal?.throwIfAborted();
      late ||= performance.now() > deadline;
      if (late) return;
      await count(next);
    }
  }
  async function count(directory: string): Promise<void> {
    const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (late || limits.skip?.(entry.name)) continue;
      const path = join(directory, entry.name);
      if (entry.isDirectory()) {
        waiting.push(path);
      } else if (entry.isFile() || entry.isSymbolicLink()) {
        const stat = await lstat(path).catch(() => null);
        if (stat === null) continue;
        size.files++;
        size.bytes += stat.size;
        if (size.files % 256 === 0) late ||= performance.now() > deadline;
      }
    }
  }

  // A worker that finds nothing waiting may be early: another one can still find directories.
  while (waiting.length > 0 && !late) await Promise.all(Array.from({ length: parallel }, work));
  return late ? null : size;
}
