/** Directories that only we may look into. */
import { chmodSync, lstatSync, mkdirSync, type Stats, statSync } from "node:fs";
import { Failure } from "#shared/failure.ts";

const anybodyElse = 0o077;

/**
 * Makes the directory 0700 when missing, its parents too. Throws `refused` when somebody else owns it. A person may have made it a
 * link to a directory of theirs.
 */
export function ownDirectory(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  checkOwner(directory, statSync(directory));
}

/**
 * The same for a directory in a place where others can write (`/tmp`), where anybody may have put a link under its name to lead us
 * elsewhere: it has to be a directory itself. Its parent has to exist.
 */
export function ownDirectoryAmongOthers(directory: string): void {
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const stat = lstatSync(directory);
  if (!stat.isDirectory()) {
    throw new Failure("refused", `${directory} is not a directory`, {
      hint: "Somebody may have put it there; remove it, or set XDG_RUNTIME_DIR to a folder of your own.",
    });
  }
  checkOwner(directory, stat);
}

function checkOwner(directory: string, stat: Stats): void {
  if (process.platform === "win32") return;
  if (stat.uid !== process.getuid?.()) {
    throw new Failure("refused", `${directory} belongs to another user`, {
      hint: "Set CELLAR_HOME to a folder of your own.",
    });
  }
  if ((stat.mode & anybodyElse) !== 0) chmodSync(directory, 0o700);
}
