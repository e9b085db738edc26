/** What a machine sees of the host: from the plan's mounts to smolvm's volumes, and to what is held inside because smolvm mounts no single file. */
import { lstat } from "node:fs/promises";
import { sep } from "node:path";
import { shellQuote } from "#node/shell-quote.ts";
import type { BottleMount } from "#shared/contract/bottles.ts";
import { Failure } from "#shared/failure.ts";

export type Held = { path: string; access: BottleMount["access"] };

export type View = {
  /** Values of `-v`. */
  volumes: string[];
  /** Mounted once more inside, in this order, before anything else runs there. */
  held: Held[];
};

/** `mounts`: the workspace first, then what is in or around it (`protect.ts`). */
export async function viewOf(workspace: string, mounts: readonly BottleMount[]): Promise<View> {
  const view: View = { volumes: [volume(workspace, workspace, "read-write")], held: [] };
  for (const { from, to, access } of mounts) {
    const inWorkspace = from.startsWith(workspace + sep);
    // A placeholder that is not there yet; whether it is a folder is known when it is made.
    const isFolder = (await lstat(from).catch(() => null))?.isDirectory() === true;
    if (isFolder && (access === "read-only" || !inWorkspace)) view.volumes.push(volume(from, to, access));
    if (!isFolder || inWorkspace) view.held.push({ path: to, access });
  }
  return view;
}

export function volume(from: string, to: string, access: BottleMount["access"]): string {
  if (from.includes(":") || to.includes(":")) {
    throw new Failure("refused", `smolvm can mount no folder with a colon in its name: ${from}`, {
      hint: "Rename it, or use another isolation.",
    });
  }
  return `${from}:${to}${access === "read-only" ? ":ro" : ""}`;
}

/**
 * Lines of POSIX shell for the machine's root. What is read-only already stays as it is, so that they can run again. A folder is mounted with what is
 * mounted below it.
 */
export function holdScript(held: readonly Held[]): string {
  return held
    .map(({ path, access }) => {
      const at = shellQuote(path);
      const failed = `{ echo ${shellQuote(`${path} could not be kept from being changed.`)} >&2; exit 1; }`;
      if (access === "read-write") return `mount --rbind ${at} ${at} || ${failed}\n`;
      return `[ ! -w ${at} ] || { mount --bind ${at} ${at} && mount -o remount,bind,ro ${at} ${at}; } || ${failed}\n`;
    })
    .join("");
}
