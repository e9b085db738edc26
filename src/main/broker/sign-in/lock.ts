/**
 * The lock that Claude Code takes while it refreshes its sign-in: a folder, made by whoever has it, touched while it is held, and taken over when that has
 * stopped. Taken here as well, the person's own program and Cellar never spend one refresh token twice.
 */
import { mkdir, realpath, rmdir, stat, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Failure } from "#shared/failure.ts";

/** As that program has them, in ms. */
const staleMs = 60_000;
const touchMs = 5_000;
/** Between two tries, and for how long it is tried. */
const againMs = 250;
const patienceMs = 45_000;

/** Runs `work` under both of its locks: the one of now, and the one that earlier versions take. */
export async function underLocks<T>(file: string, work: () => Promise<T>): Promise<T> {
  const folder = await realpath(dirname(file));
  return underLock(join(folder, ".oauth_refresh.lock"), () => underLock(`${folder}.lock`, work));
}

async function underLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  await take(path);
  const touching = setInterval(() => {
    const now = new Date();
    // Taken over by somebody who thought it was left: what was begun is finished all the same.
    utimes(path, now, now).catch(() => {});
  }, touchMs);
  try {
    return await work();
  } finally {
    clearInterval(touching);
    await rmdir(path).catch(() => {});
  }
}

async function take(path: string): Promise<void> {
  for (const until = Date.now() + patienceMs; ; ) {
    try {
      return await mkdir(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const held = await stat(path).catch(() => null);
    if (held !== null && Date.now() - held.mtimeMs > staleMs) await rmdir(path).catch(() => {});
    else if (Date.now() > until) {
      throw new Failure(
        "unavailable",
        "The sign-in is being refreshed by another program, which does not come to an end",
      );
    } else await wait(againMs);
  }
}
