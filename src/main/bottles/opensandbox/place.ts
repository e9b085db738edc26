/** What is known of a bottle's sandbox without main's memory, and how its work comes back from it. */
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Failure } from "#shared/failure.ts";
import { type EndReport, guestHome } from "../backend.ts";
import { guestFolder } from "../guest/init.ts";
import { triggerNames } from "../protect.ts";
import { agentUser } from "./enclosure.ts";
import { fetchFolder, newFolder, runAsRoot } from "./remote.ts";
import type { Target } from "./server.ts";
import { applyTakeBack, planTakeBack } from "./take-back.ts";
import { type Entry, treeOf } from "./tree.ts";

export type Place = {
  sandbox: string;
  workspace: string;
  keptHome: string | null;
  /** Paths in the workspace that are not put back. */
  held: string[];
  /** The workspace as it was sent. */
  sent: [string, Entry][];
};

/** Names of files in a bottle's directory. */
export const files = { guest: "guest", place: "place.json", released: "released" } as const;

export function readPlace(directory: string): Place | null {
  try {
    return JSON.parse(readFileSync(join(directory, files.place), "utf8")) as Place;
  } catch {
    return null;
  }
}

/** Inside: the workspace's path, for when nobody here knows it any more. */
export const guestWorkspaceNote = `${guestFolder}/workspace`;

/**
 * Ends the program, and brings what it has made. `copy`: where all of it goes first, and stays as far as it cannot be put back, or where nothing is known
 * (`place` is null). Throws when it cannot be brought.
 */
export async function bringBack(
  execd: Target,
  place: Place | null,
  copy: string,
  report: EndReport | undefined,
): Promise<void> {
  await runAsRoot(execd, `setpriv --reuid=${agentUser.uid} --clear-groups -- kill -9 -1`, true);
  const workspace = place?.workspace ?? (await runAsRoot(execd, `cat ${guestWorkspaceNote} 2>/dev/null`, true));
  // Nothing was ever sent to it.
  if (!workspace.startsWith("/")) return;
  await mkdir(dirname(copy), { recursive: true, mode: 0o700 });
  const folder = await newFolder(copy);
  const leftOut = await fetchFolder(execd, workspace, folder);
  if (place?.keptHome != null) await bringHome(execd, place.keptHome);
  if (leftOut.length > 0) {
    report?.note(`Not brought back, because it leads elsewhere or is no file: ${named(leftOut)}`);
  }
  if (place !== null) await putBack(place, folder, leftOut, report);
}

async function putBack(
  { workspace, sent, held }: Place,
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
    sent: new Map(sent),
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

async function bringHome(execd: Target, keptHome: string): Promise<void> {
  const fresh = await newFolder(`${keptHome}-new`);
  await fetchFolder(execd, guestHome, fresh);
  const old = await newFolder(`${keptHome}-old`);
  await rename(keptHome, old);
  await rename(fresh, keptHome);
  await rm(old, { recursive: true, force: true });
}

function named(paths: readonly string[]): string {
  return `${paths.slice(0, 5).join(", ")}${paths.length > 5 ? ` and ${paths.length - 5} more` : ""}`;
}
