/**
 * What keeps the host safe from a workspace that an agent may write: the files in it that programs of the host run by themselves stay
 * read-only. Decides only; a backend makes the mounts in the order given.
 *
 * git: hooks and configuration name programs. A worktree's `.git` file, `commondir` and `gitdir` say where git looks for them, so they stay
 * too. `.git` itself is a mount of its own: a folder can be renamed with mounts below it, a mount cannot.
 */
import { lstat, mkdir, readdir, readFile, realpath, rm, rmdir, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import type { BottleMount } from "#shared/contract/bottles.ts";
import { Failure } from "#shared/failure.ts";

export type Protection = {
  mounts: BottleMount[];
  /** Empty folders and files that have to be there so that something can be mounted over them. */
  placeholders: Placeholder[];
  /** What is not held, as sentences. */
  notEnforced: string[];
};

export type Placeholder = { path: string; content: string | null };

/** Answers `git config --file <file> --list -z` as pairs. */
export type ReadGitConfig = (file: string) => Promise<[key: string, value: string][]>;

/**
 * Editors, shells and language tools run what these say when the folder is opened. A name that is there before the launch is read-only; one
 * that appears later is found by `triggers.ts`.
 */
export const triggerNames = [
  ".vscode",
  ".idea",
  ".zed",
  ".fleet",
  ".devcontainer",
  ".envrc",
  ".direnv",
  ".mise.toml",
  "mise.toml",
  ".husky",
  ".cellar",
] as const;

/** Throws `refused` for a folder that holds everything: it cannot be the one thing that is let in. */
export function checkWorkspace(path: string): void {
  const home = homedir();
  if (path !== "/" && path !== home && !home.startsWith(`${path}/`)) return;
  throw new Failure("refused", `${path} holds your whole home folder, and a bottle would be given all of it`, {
    hint: "Make a workspace of the folder that the work is in.",
  });
}

export async function protectionOf(workspace: string, readConfig: ReadGitConfig): Promise<Protection> {
  const root = await realpath(workspace);
  const protection: Protection = { mounts: [], placeholders: [], notEnforced: [] };
  for (const name of triggerNames) {
    const path = join(root, name);
    if (await isThere(path)) await readOnly(protection, path, "run by editors and shells");
  }
  await protectGit(root, readConfig, protection);
  return protection;
}

/** Those that are not there yet. */
export async function missingOf(placeholders: readonly Placeholder[]): Promise<Placeholder[]> {
  const there = await Promise.all(placeholders.map(({ path }) => isThere(path)));
  return placeholders.filter((_, index) => !there[index]);
}

/** What is there already is left as it is. */
export async function makePlaceholders(placeholders: readonly Placeholder[]): Promise<void> {
  for (const { path, content } of placeholders) {
    try {
      if (content === null) await mkdir(path);
      else await writeFile(path, content, { flag: "wx", mode: 0o644 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

/** Notes in `file` those that are not there yet, and makes them: they go again even if main does not live to know what it made. */
export async function holdPlaceholders(file: string, placeholders: readonly Placeholder[]): Promise<void> {
  await writeFile(file, JSON.stringify(await missingOf(placeholders)), { mode: 0o600, flag: "wx" });
  await makePlaceholders(placeholders);
}

/** The other way round, by what was noted. */
export async function releasePlaceholders(file: string): Promise<void> {
  const noted = await readFile(file, "utf8").catch(() => "[]");
  await removePlaceholders(JSON.parse(noted || "[]") as Placeholder[]);
}

/** Takes them away again, unless somebody has put something in. */
async function removePlaceholders(placeholders: readonly Placeholder[]): Promise<void> {
  for (const { path, content } of placeholders) {
    if (content === null) await rmdir(path).catch(() => {});
    else if ((await readFile(path, "utf8").catch(() => null)) === content) await rm(path, { force: true });
  }
}

async function protectGit(root: string, readConfig: ReadGitConfig, protection: Protection): Promise<void> {
  const dotGit = join(root, ".git");
  const kind = await kindOf(dotGit);
  if (kind === null) return;
  if (kind === "link") throw linkRefused(dotGit);
  if (kind === "file") {
    await readOnly(protection, dotGit, "says where the repository is");
    await protectWorktree(root, dotGit, readConfig, protection);
    return;
  }
  protection.mounts.push({ from: dotGit, to: dotGit, access: "read-write", what: "git repository" });
  await protectRepository(root, dotGit, dotGit, readConfig, protection);
  // git takes the common folder from this file when it is there; it must say what is true.
  const commonDir = join(dotGit, "commondir");
  if ((await kindOf(commonDir)) === null) protection.placeholders.push({ path: commonDir, content: ".\n" });
  protection.mounts.push(held(commonDir, "says where the repository is"));
  const others = join(dotGit, "worktrees");
  if ((await kindOf(others)) === "folder") protection.mounts.push(held(others, "other worktrees of the repository"));
}

/** hooks, config and what config leads to; `gitDir` is where this working tree's own part is, `common` the repository's. */
async function protectRepository(
  root: string,
  gitDir: string,
  common: string,
  readConfig: ReadGitConfig,
  protection: Protection,
): Promise<void> {
  const hooks = join(common, "hooks");
  if ((await kindOf(hooks)) === null) protection.placeholders.push({ path: hooks, content: null });
  await readOnly(protection, hooks, "run by git");
  const config = join(common, "config");
  if ((await kindOf(config)) === null) protection.placeholders.push({ path: config, content: "" });
  await readOnly(protection, config, "names programs that git runs");
  const own = join(gitDir, "config.worktree");
  const settings = (await kindOf(config)) === "file" ? await readConfig(config) : [];
  if (settings.some(([key, value]) => key === "extensions.worktreeconfig" && value !== "false")) {
    if ((await kindOf(own)) === null) protection.placeholders.push({ path: own, content: "" });
    await readOnly(protection, own, "names programs that git runs");
  }
  for (const path of namedBy(settings, root, common)) {
    if (await isThere(path)) await readOnly(protection, path, "named by the configuration of git");
  }
  await protectModules(join(gitDir, "modules"), protection);
}

/** Paths in the working tree that git would take hooks, configuration or a monitor from. */
function namedBy(settings: readonly [string, string][], root: string, common: string): string[] {
  const named: string[] = [];
  for (const [key, value] of settings) {
    if (/^(core\.hookspath|core\.fsmonitor)$/.test(key)) named.push(resolve(root, value));
    else if (/^include(if\..*)?\.path$/s.test(key)) named.push(isAbsolute(value) ? value : resolve(common, value));
  }
  return named.filter((path) => path.startsWith(root + sep));
}

/** Repositories of submodules: each has hooks and a configuration of its own. */
async function protectModules(folder: string, protection: Protection, depth = 0): Promise<void> {
  if (depth > 8 || (await kindOf(folder)) !== "folder") return;
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if ((await kindOf(path)) !== "folder") continue;
    if ((await kindOf(join(path, "HEAD"))) === null) {
      await protectModules(path, protection, depth + 1);
      continue;
    }
    protection.mounts.push(held(path, "repository of a submodule"));
  }
}

/**
 * The real repository lies outside the workspace. It is visible read-only, and of it only what a commit writes can be written: objects,
 * branches, their logs, and this worktree's own entry.
 */
async function protectWorktree(
  root: string,
  dotGit: string,
  readConfig: ReadGitConfig,
  protection: Protection,
): Promise<void> {
  const place = await worktreePlace(root, dotGit);
  if (place === null) {
    protection.notEnforced.push(
      "The .git file of this workspace does not lead to a repository that knows it: git does not work inside.",
    );
    return;
  }
  const { entry, common } = place;
  protection.mounts.push({ from: common, to: common, access: "read-only", what: "git repository of the worktree" });
  for (const name of ["objects", "refs", "logs"]) {
    const path = join(common, name);
    const kind = await kindOf(path);
    if (kind === "link") throw linkRefused(path);
    if (kind === null) protection.placeholders.push({ path, content: null });
    protection.mounts.push({ from: path, to: path, access: "read-write", what: `git ${name}` });
  }
  protection.mounts.push({ from: entry, to: entry, access: "read-write", what: "git entry of the worktree" });
  for (const name of ["commondir", "gitdir"]) {
    protection.mounts.push(held(join(entry, name), "says where the repository is"));
  }
  await protectRepository(root, entry, common, readConfig, protection);
  protection.notEnforced.push(
    `The workspace is a worktree of ${dirname(common)}: the program can add to and remove from the objects and branches of that repository, ` +
      "other branches too. Its hooks, configuration and files are out of reach.",
  );
}

/** The entry of a worktree and its repository, if each knows the other; a `.git` file may say anything. */
async function worktreePlace(root: string, dotGit: string): Promise<{ entry: string; common: string } | null> {
  try {
    const [, said] = /^gitdir: (.+)\n?$/.exec(await readFile(dotGit, "utf8")) ?? [];
    const entry = await realpath(resolve(root, said ?? ""));
    const common = await realpath(resolve(entry, (await readFile(join(entry, "commondir"), "utf8")).trim()));
    const back = resolve(entry, (await readFile(join(entry, "gitdir"), "utf8")).trim());
    const known = dirname(entry) === join(common, "worktrees") && (await realpath(back)) === dotGit;
    const whole =
      (await kindOf(join(common, "HEAD"))) === "file" && (await kindOf(join(common, "objects"))) === "folder";
    const apart = relative(root, common).startsWith("..");
    return known && whole && apart && basename(entry) !== "" ? { entry, common } : null;
  } catch {
    return null;
  }
}

/** Mounting follows a link, and the link itself could then still be replaced. */
async function readOnly(protection: Protection, path: string, what: string): Promise<void> {
  if ((await kindOf(path)) === "link") throw linkRefused(path);
  protection.mounts.push(held(path, what));
}

function held(path: string, what: string): BottleMount {
  return { from: path, to: path, access: "read-only", what };
}

function linkRefused(path: string): Failure {
  return new Failure("refused", `${path} is a link, and what it leads to cannot be kept from being changed`, {
    hint: "Replace the link by what it leads to, or work in a copy.",
  });
}

async function isThere(path: string): Promise<boolean> {
  return (await kindOf(path)) !== null;
}

async function kindOf(path: string): Promise<"file" | "folder" | "link" | null> {
  const stat = await lstat(path).catch(() => null);
  if (stat === null) return null;
  return stat.isSymbolicLink() ? "link" : stat.isDirectory() ? "folder" : "file";
}
