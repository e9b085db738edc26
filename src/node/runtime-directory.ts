/**
 * The short directory of a home's sockets. Processes of one home may have different environments (a desktop session, ssh, cron), and
 * have to find each other all the same: so the first one's choice is noted in the home, and the others follow it.
 */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ownDirectoryAmongOthers } from "./own-directory.ts";

/** Socket paths have room for 104 bytes on macOS; a name in the directory takes up to 10. */
const longestDirectory = 90;

/** `key`: a short name for the home. Throws `refused` when no directory can be had that is ours alone. */
export function runtimeDirectory(home: string, key: string, env: NodeJS.ProcessEnv): string {
  const note = join(home, "runtime-directory");
  const noted = read(note);
  if (noted !== null && usable(noted)) return noted;
  const chosen = choose(key, env);
  // Whoever is first decides; where what was noted is gone (a log-out removes it), the last one does.
  try {
    if (noted === null) writeFileSync(note, chosen, { flag: "wx", mode: 0o600 });
    else {
      writeFileSync(`${note}.${process.pid}`, chosen, { mode: 0o600 });
      renameSync(`${note}.${process.pid}`, note);
    }
    return chosen;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return runtimeDirectory(home, key, env);
  }
}

function choose(key: string, env: NodeJS.ProcessEnv): string {
  const shared = `cellar-${process.getuid?.() ?? ""}-${key}`;
  const session = env["XDG_RUNTIME_DIR"];
  if (session && session.length + key.length < longestDirectory) {
    const directory = join(session, `cellar-${key}`);
    if (usable(directory)) return directory;
  }
  const temporary = join(tmpdir(), shared);
  const directory = temporary.length <= longestDirectory ? temporary : join("/tmp", shared);
  ownDirectoryAmongOthers(directory);
  return directory;
}

function read(note: string): string | null {
  try {
    const text = readFileSync(note, "utf8").trim();
    return text === "" ? null : text;
  } catch {
    return null;
  }
}

function usable(directory: string): boolean {
  try {
    ownDirectoryAmongOthers(directory);
    return true;
  } catch {
    return false;
  }
}
