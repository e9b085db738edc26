/**
 * What a bottle elsewhere has made of its copy of the workspace comes back into the workspace, where nobody has changed the same meanwhile. Nothing is
 * overwritten that was not sent: what cannot be put back stays in the copy, which is kept then.
 */
import { copyFile, lstat, mkdir, readlink, rename, rm, rmdir, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Entry, Tree } from "./tree.ts";

export type TakeBack = {
  /** In an order in which folders come before what is in them. */
  write: string[];
  /** In an order in which folders come after what was in them. */
  remove: string[];
  /** Changed on both sides, differently. */
  conflicts: string[];
  /** Run by the host by itself, and changed: never put back. */
  held: string[];
};

export type TakeBackParts = {
  /** As it was sent, as it is here now, as it came back. */
  sent: Tree;
  here: Tree;
  back: Tree;
  /** Paths that may not be changed, with what is below them. */
  held: readonly string[];
  /** Paths that could not be brought: as if nothing had happened to them. */
  leftOut: readonly string[];
};

/** Decides only. `.git` is one thing: half of it is worse than none. */
export function planTakeBack({ sent, here, back, held, leftOut }: TakeBackParts): TakeBack {
  const plan: TakeBack = { write: [], remove: [], conflicts: [], held: [] };
  const below = (path: string, places: readonly string[]) =>
    places.some((each) => path === each || path.startsWith(`${each}/`));
  for (const path of new Set([...sent.keys(), ...back.keys()])) {
    const [was, is, now] = [sent.get(path), back.get(path), here.get(path)];
    if (same(was, is) || below(path, leftOut)) continue;
    if (below(path, held)) plan.held.push(path);
    else if (same(is, now)) continue;
    else if (!same(was, now)) plan.conflicts.push(path);
    else if (is === undefined) plan.remove.push(path);
    else plan.write.push(path);
  }
  const git = (path: string) => below(path, [".git"]);
  if (plan.conflicts.some(git)) {
    plan.conflicts.push(...[...plan.write, ...plan.remove].filter(git));
    plan.write = plan.write.filter((path) => !git(path));
    plan.remove = plan.remove.filter((path) => !git(path));
  }
  plan.write.sort();
  plan.remove.sort().reverse();
  plan.conflicts.sort();
  return plan;
}

function same(one: Entry | undefined, other: Entry | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  if (one.kind === "file" && other.kind === "file")
    return one.hash === other.hash && one.executable === other.executable;
  if (one.kind === "link" && other.kind === "link") return one.target === other.target;
  return one.kind === other.kind;
}

/** Returns what could not be done after all: somebody works in the folder at the same time. */
export async function applyTakeBack(plan: TakeBack, copy: string, workspace: string): Promise<string[]> {
  const failed: string[] = [];
  for (const path of plan.remove) {
    const target = join(workspace, path);
    try {
      if (!(await reallyBelow(workspace, path))) throw new Error("a link is on the way");
      const stat = await lstat(target).catch(() => null);
      if (stat?.isDirectory()) await rmdir(target);
      else await rm(target, { force: true });
    } catch {
      failed.push(path);
    }
  }
  for (const path of plan.write) {
    try {
      await place(copy, workspace, path);
    } catch {
      failed.push(path);
    }
  }
  return failed;
}

async function place(copy: string, workspace: string, path: string): Promise<void> {
  const [from, to] = [join(copy, path), join(workspace, path)];
  if (!(await reallyBelow(workspace, path))) throw new Error("a link is on the way");
  const stat = await lstat(from);
  const there = await lstat(to).catch(() => null);
  if (stat.isDirectory()) {
    if (there !== null && !there.isDirectory()) await rm(to);
    await mkdir(to, { recursive: true });
    return;
  }
  // Beside it and then in its place: nothing is written through a link, and nobody sees half a file.
  const beside = `${to}.cellar-new`;
  await rm(beside, { force: true });
  if (stat.isSymbolicLink()) await symlink(await readlink(from), beside);
  else await copyFile(from, beside);
  if (there?.isDirectory()) await rmdir(to);
  await rename(beside, to);
}

/** Whether every folder on the way to it is one. */
async function reallyBelow(workspace: string, path: string): Promise<boolean> {
  for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) {
    const stat = await lstat(join(workspace, folder)).catch(() => null);
    if (stat !== null && !stat.isDirectory()) return false;
  }
  return true;
}
