/** A folder as a launch takes it, relative to its workspace, from what was typed or dropped. Whether it is there is for main to say. */
import type { Workspace } from "#shared/contract/workspaces.ts";

export type FolderInWorkspace = { folder: string; problem: null } | { folder: null; problem: string };

export function folderInWorkspace(given: string, { name, path }: Pick<Workspace, "name" | "path">): FolderInWorkspace {
  const text = given.trim().replace(/[\\/]+$/, "");
  if (text === path) return { folder: "", problem: null };
  const below = [`${path}/`, `${path}\\`].find((start) => text.startsWith(start));
  const folder = below === undefined ? text.replace(/^\.[\\/]/, "") : text.slice(below.length);
  const absolute = below === undefined && (/^([\\/~]|[A-Za-z]:)/.test(given.trim()) || text.startsWith("file:"));
  if (absolute || folder.split(/[\\/]/).includes("..")) {
    return { folder: null, problem: `${given.trim()} is not in ${name}, and the program sees only that` };
  }
  return { folder: folder === "." ? "" : folder, problem: null };
}
