/**
 * Files of a workspace that programs of the host run by themselves and that cannot be kept read-only, because they were not there at the
 * launch or lie anywhere in the tree: they are listed before and after, and what is new or changed is shown to the person. So are traps in the
 * repository that git needs to be able to write: a log, or the message of a commit, that is a link to a file of the person's, and the list of
 * what an interrupted rebase runs when it is continued.
 */
import { createHash } from "node:crypto";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { triggerNames } from "./protect.ts";

/** Path relative to the workspace → digest of what it is. */
export type Triggers = Record<string, string>;

/** Also run by an agent or an editor that is started there later. */
const anywhere: ReadonlySet<string> = new Set([...triggerNames, ".git", ".mcp.json", ".claude", ".gitmodules"]);
/** Folders that nobody opens and that would take the whole look. */
const skipped: ReadonlySet<string> = new Set(["node_modules", ".venv", "target", "__pycache__"]);
const deepest = 6;
/** Entries looked at; a tree with more is not looked through to its end. */
const mostEntries = 50_000;
const mostBytes = 1024 * 1024;

export async function triggersIn(workspace: string): Promise<Triggers> {
  const found: Triggers = {};
  let left = mostEntries;
  const visit = async (folder: string, depth: number): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (left-- <= 0) return;
      const path = join(folder, entry.name);
      if (anywhere.has(entry.name)) {
        // What is to be run in the workspace's own repository is protected, if it was there; what appears is not.
        if (entry.name === ".git" && depth === 0) {
          found[".git"] = entry.isDirectory() ? "folder" : "file";
          for (const folder of await repositoryFolders(path)) await trapsIn(folder, workspace, found);
        } else found[relative(workspace, path)] = await digestOf(path, entry.name === ".git" ? 0 : 2);
      } else if (entry.isDirectory() && depth < deepest && !skipped.has(entry.name)) {
        await visit(path, depth + 1);
      }
    }
  };
  await visit(workspace, 0);
  return found;
}

/** Of a worktree its entry in the repository, and what it shares with the others. */
async function repositoryFolders(dotGit: string): Promise<string[]> {
  const stat = await lstat(dotGit).catch(() => null);
  if (stat?.isDirectory()) return [dotGit];
  if (!stat?.isFile() || stat.size > mostBytes) return [];
  const [, said] = /^gitdir: (.+)\n?$/.exec(await readFile(dotGit, "utf8").catch(() => "")) ?? [];
  if (said === undefined) return [];
  const entry = resolve(dirname(dotGit), said);
  const common = resolve(entry, "../..");
  return [entry, join(common, "logs"), join(common, "refs")];
}

/** git writes through links, and runs what a rebase that is continued says. */
async function trapsIn(folder: string, workspace: string, found: Triggers, depth = 0): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name);
    if (entry.isSymbolicLink()) found[relative(workspace, path)] = await digestOf(path, 0);
    else if (entry.name === "git-rebase-todo") found[relative(workspace, path)] = await digestOf(path, 0);
    // Objects are many, and named by what they hold.
    else if (entry.isDirectory() && depth < deepest && entry.name !== "objects")
      await trapsIn(path, workspace, found, depth + 1);
  }
}

/** Names that are new or different, sorted. */
export function changedTriggers(before: Triggers, after: Triggers): string[] {
  return Object.keys(after)
    .filter((path) => before[path] !== after[path])
    .sort();
}

async function digestOf(path: string, depth: number): Promise<string> {
  const hash = createHash("sha256");
  const add = async (at: string, left: number): Promise<void> => {
    const stat = await lstat(at).catch(() => null);
    if (stat === null) return;
    hash.update(`${relative(path, at)}\0${stat.mode}\0`);
    if (stat.isSymbolicLink()) hash.update(await readlink(at).catch(() => ""));
    else if (stat.isDirectory() && left > 0) {
      for (const name of (await readdir(at).catch(() => [])).sort()) await add(join(at, name), left - 1);
    } else if (stat.isFile() && stat.size <= mostBytes) hash.update(await readFile(at).catch(() => ""));
  };
  await add(path, depth);
  return hash.digest("hex").slice(0, 32);
}
