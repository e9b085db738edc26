/** Removes a directory that Cellar made, and no other: not one that a link leads to, not one that took its place. */
import { chmod, lstat, mkdir, readdir, readFile, realpath, rename, rm, rmdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Failure } from "#shared/failure.ts";
import { isSameDirectory } from "./folders.ts";

/** Beside the workspaces: what is on its way out. Its name is none that a workspace can have. */
const binName = ".removed";

/**
 * `directory` has to be the one with this identity (null: it was never finished, so nobody can have put work into it). It is moved out
 * of the way at once, then removed. Throws `refused` when it is another directory, `failed` when something in it cannot be removed;
 * calling again goes on. Nothing happens when it is gone.
 */
export async function removeDirectory(directory: string, identity: string | null): Promise<void> {
  const bin = join(dirname(directory), binName);
  if (!(await exists(dirname(directory)))) return;
  await mkdir(bin, { recursive: true, mode: 0o700 });
  try {
    const removed = join(bin, basename(directory));
    // What an earlier try, or a crash, has left.
    await removeTree(removed);
    if (!(await exists(directory))) return;
    await checkOurs(directory, identity);
    await moveAway(directory, removed, identity);
    await removeTree(removed);
  } finally {
    // Stays while something else is on its way out.
    await rmdir(bin).catch(() => {});
  }
}

async function moveAway(directory: string, removed: string, identity: string | null): Promise<void> {
  await rename(directory, removed);
  if (identity === null || (await isSameDirectory(removed, identity))) return;
  // Between the check and the move another directory was put there.
  await rename(removed, directory);
  throw notOurs(directory);
}

async function checkOurs(directory: string, identity: string | null): Promise<void> {
  // A link above it would lead somewhere else than where it was made.
  const inPlace = (await realpath(dirname(directory))) === dirname(directory);
  const found = await lstat(directory);
  if (!inPlace || !found.isDirectory()) throw notOurs(directory);
  if (identity !== null && !(await isSameDirectory(directory, identity))) throw notOurs(directory);
  const mounted = await mountsBelow(directory);
  if (mounted.length > 0) {
    throw new Failure("refused", `Something is mounted in ${directory}: ${mounted.join(", ")}`, {
      hint: "Unmount it, then delete again.",
    });
  }
}

function notOurs(directory: string): Failure {
  return new Failure("refused", `${directory} is not the directory that Cellar made there; it is left alone`, {
    hint: "Move it elsewhere, or delete the workspace and keep its directory.",
  });
}

/** Removes everything below and the directory itself. Links are removed, never followed. */
async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 });
  } catch {
    // Directories without the right to write (Go's module cache, an agent's chmod) keep their contents: the right is given first.
    await unlockDirectories(path);
    await rm(path, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 }).catch(
      (error: NodeJS.ErrnoException) => {
        throw new Failure("failed", `${error.path ?? path} could not be removed: ${error.message}`, {
          hint: "Remove it yourself (it may belong to another user or be in use), then delete the workspace again.",
          cause: error,
        });
      },
    );
  }
}

async function unlockDirectories(path: string): Promise<void> {
  await chmod(path, 0o700).catch(() => {});
  for (const entry of await readdir(path, { withFileTypes: true }).catch(() => [])) {
    if (entry.isDirectory()) await unlockDirectories(join(path, entry.name));
  }
}

/** Mount points below a directory, where the system lists them (Linux). A bind mount can show any folder of the person's there. */
async function mountsBelow(directory: string): Promise<string[]> {
  const table = await readFile("/proc/self/mountinfo", "utf8").catch(() => "");
  return table
    .split("\n")
    .map((line) =>
      (line.split(" ")[4] ?? "").replace(/\\(\d{3})/g, (_, octal: string) =>
        String.fromCharCode(Number.parseInt(octal, 8)),
      ),
    )
    .filter((point) => point.startsWith(`${directory}/`));
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
