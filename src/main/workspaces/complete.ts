/** Completes the path of a folder while it is being typed. */
import { opendir, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join } from "node:path";
import { exists } from "./folders.ts";

export type Completion = { path: string; git: boolean };

const shown = 50;
/** In a folder with more entries than this, the rest is not looked at: the next letter comes sooner than the end. */
const looked = 20_000;

/** Folders whose path begins with `prefix` (`~` is the home directory), by name; hidden ones only when a dot was typed. */
export async function completeFolder(prefix: string, home: string): Promise<Completion[]> {
  const typed =
    prefix === "~" || /^~[\\/]/.test(prefix) ? join(home, prefix.slice(1)) + (prefix === "~" ? "/" : "") : prefix;
  if (!isAbsolute(typed) || typed.includes("\0")) return [];
  const inside = /[\\/]$/.test(typed);
  const folder = inside ? typed : dirname(typed);
  const names = await folderNames(folder, inside ? "" : basename(typed));
  return Promise.all(
    names.map(async (name) => ({ path: join(folder, name), git: await exists(join(folder, name, ".git")) })),
  );
}

async function folderNames(folder: string, start: string): Promise<string[]> {
  const wanted = start.toLowerCase();
  const names: string[] = [];
  try {
    let count = 0;
    for await (const entry of await opendir(folder)) {
      if (++count > looked) break;
      if (!entry.name.toLowerCase().startsWith(wanted) || (entry.name.startsWith(".") && !start.startsWith(".")))
        continue;
      if (entry.isDirectory() || (entry.isSymbolicLink() && (await isFolder(join(folder, entry.name)))))
        names.push(entry.name);
    }
  } catch {
    // A folder that does not exist or may not be read has nothing to offer.
  }
  // What matches letter by letter comes before what matches when case is ignored.
  const rank = (name: string) => (name.startsWith(start) ? 0 : 1);
  return names.sort((a, b) => rank(a) - rank(b) || a.localeCompare(b)).slice(0, shown);
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
