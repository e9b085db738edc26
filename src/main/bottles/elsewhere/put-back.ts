/** What a bottle on another computer has made comes back: into the workspace where that is safe, else into a folder that is kept. */
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Failure } from "#shared/failure.ts";
import type { EndReport } from "../backend.ts";
import { triggerNames } from "../protect.ts";
import { applyTakeBack, planTakeBack } from "./take-back.ts";
import { type Entry, treeOf } from "./tree.ts";

/** What was sent, as a bottle's directory remembers it. */
export type Sent = {
  workspace: string;
  keptHome: string | null;
  /** Paths in the workspace that are not put back. */
  held: string[];
  /** The workspace as it was sent. */
  tree: [string, Entry][];
};

/** Fills a new folder with what is there; resolves to what was left out. */
export type Fetch = (folder: string) => Promise<string[]>;

/**
 * `copy`: where all of the workspace goes first, and stays as far as it cannot be put back, or where nothing is known any more (`sent` is null).
 * Throws when it cannot be brought.
 */
export async function bringBack(
  sent: Sent | null,
  fetch: { workspace: Fetch; home: Fetch },
  copy: string,
  report: EndReport | undefined,
): Promise<void> {
  await mkdir(dirname(copy), { recursive: true, mode: 0o700 });
  const folder = await newFolder(copy);
  const leftOut = await fetch.workspace(folder);
  if (sent !== null && sent.keptHome !== null) await bringHome(sent.keptHome, fetch.home);
  if (leftOut.length > 0) {
    report?.note(`Not brought back, because it leads elsewhere or is no file: ${named(leftOut)}`);
  }
  if (sent !== null) await putBack(sent, folder, leftOut, report);
}

async function putBack(
  { workspace, tree, held }: Sent,
  folder: string,
  leftOut: string[],
  report: EndReport | undefined,
): Promise<void> {
  const here = await treeOf(workspace).catch(() => null);
  if (here === null) {
    const message = `${workspace} cannot be read any more; what the program made of it is in ${folder}`;
    report?.problem(new Failure("not_found", message));
    return;
  }
  // What editors and shells run and was made here meanwhile is as untouchable as what was there before.
  const triggers = triggerNames.map((name) => join(workspace, name)).filter((path) => existsSync(path));
  const plan = planTakeBack({
    sent: new Map(tree),
    here,
    back: await treeOf(folder),
    held: [...held, ...triggers].map((path) => path.slice(workspace.length + 1)),
    leftOut,
  });
  const failed = await applyTakeBack(plan, folder, workspace);
  report?.note(`taken back: ${plan.write.length} written, ${plan.remove.length} removed`);
  const rest = [...plan.conflicts, ...plan.held, ...failed];
  if (rest.length === 0) {
    await rm(folder, { recursive: true, force: true });
    return;
  }
  report?.problem(
    new Failure("conflict", `Not everything could be put back: ${named(rest)}`, {
      hint: `Changed here meanwhile, or run by your computer by itself. All of what the program made is in ${folder}.`,
    }),
  );
}

async function bringHome(keptHome: string, fetch: Fetch): Promise<void> {
  const fresh = await newFolder(`${keptHome}-new`);
  await fetch(fresh);
  const old = await newFolder(`${keptHome}-old`);
  await rename(keptHome, old);
  await rename(fresh, keptHome);
  await rm(old, { recursive: true, force: true });
}

/** Not over what an earlier try has brought. */
async function newFolder(wanted: string): Promise<string> {
  for (let number = 1; ; number++) {
    const path = number === 1 ? wanted : `${wanted}-${number}`;
    try {
      await mkdir(path, { mode: 0o700 });
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

function named(paths: readonly string[]): string {
  return `${paths.slice(0, 5).join(", ")}${paths.length > 5 ? ` and ${paths.length - 5} more` : ""}`;
}
