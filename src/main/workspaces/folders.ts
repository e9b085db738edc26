/** Questions about folders: what is really there, what is inside what, and whether it is still the same one. */
import { type BigIntStats, constants } from "node:fs";
import { access, lstat, realpath, stat } from "node:fs/promises";
import { relative, sep } from "node:path";
import { Failure } from "#shared/failure.ts";

/** Whether `path` lies somewhere below `folder`; both absolute and real. */
export function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !/^([A-Za-z]:)?[\\/]/.test(way);
}

export function isSameOrInside(path: string, folder: string): boolean {
  return path === folder || isInside(path, folder);
}

/** Whether there is anything at this path, be it a link that leads nowhere. */
export function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** The real path of a folder that can be read, or a Failure that says what is wrong with it. */
export async function realFolder(path: string): Promise<string> {
  let real: string;
  try {
    real = await realpath(path);
    if (!(await stat(real)).isDirectory()) {
      throw new Failure("invalid_input", `${path} is not a folder`, {
        hint: "A workspace is made of a folder; choose the one the file is in.",
      });
    }
    await access(real, constants.R_OK | constants.X_OK);
  } catch (error) {
    throw error instanceof Failure ? error : folderFailure(path, error);
  }
  return real;
}

function folderFailure(path: string, cause: unknown): Failure {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === "ENOENT" || code === "ENOTDIR") {
    return new Failure("not_found", `${path} does not exist`, {
      hint: "Check the path, or choose the folder again.",
      cause,
    });
  }
  if (code === "EACCES" || code === "EPERM") {
    return new Failure("refused", `${path} cannot be read`, {
      hint: "Give yourself the right to read it, then try again.",
      cause,
    });
  }
  if (code === "ELOOP") return new Failure("invalid_input", `${path} is a link that leads back to itself`, { cause });
  if (code === "ENAMETOOLONG") return new Failure("invalid_input", "The path is too long", { cause });
  return new Failure("failed", `${path} could not be looked at: ${(cause as Error).message}`, { cause });
}

/**
 * What tells this directory from any other that may come to have its path. An inode's number is used again, so the time of birth belongs to it; where
 * the file system keeps none, the device has to do (its number may change when the computer is restarted). Null when there is no directory, or a
 * link in its place.
 */
export async function directoryIdentity(path: string): Promise<string | null> {
  const found = await statDirectory(path);
  if (found === null) return null;
  // Some systems answer with the time of the last change instead; a directory that has been filled since is told by the difference.
  const hasBirth = found.birthtimeNs > 0n && found.birthtimeNs !== found.ctimeNs;
  return hasBirth ? `born:${found.ino}:${found.birthtimeNs}` : `device:${found.ino}:${found.dev}`;
}

/** Whether the directory at `path` is the one whose identity was recorded. */
export async function isSameDirectory(path: string, identity: string): Promise<boolean> {
  const found = await statDirectory(path);
  if (found === null) return false;
  return [`born:${found.ino}:${found.birthtimeNs}`, `device:${found.ino}:${found.dev}`].includes(identity);
}

async function statDirectory(path: string): Promise<BigIntStats | null> {
  const found = await lstat(path, { bigint: true }).catch(() => null);
  return found?.isDirectory() ? found : null;
}
