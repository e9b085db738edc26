/**
 * What a drop on the window says. Electron knows real paths; a browser only gives `text/uri-list` (file managers add it on some systems)
 * or the contents themselves. Read at once: a drop's data is gone after the event.
 */

import type { NewWorkspaceSource } from "../app/open.ts";
import type { Connection } from "../connection/index.ts";

export type Dropped = {
  sources: NewWorkspaceSource[];
  /** Why some of it, or all, makes no workspace. */
  refused: string | null;
};

type DropData = Pick<DataTransfer, "types" | "getData"> & {
  items: ArrayLike<DataTransferItem>;
  files: ArrayLike<File>;
};

export function readDrop(data: DropData, connection: Pick<Connection, "face" | "pathOf">): Dropped {
  const entries = Array.from(data.items).flatMap((item) => item.webkitGetAsEntry() ?? []);
  const isFile = (name: string) => entries.some((entry) => entry.isFile && entry.name === name);
  const known = Array.from(data.files).flatMap((file) => {
    const path = connection.pathOf(file);
    return path === null ? [] : [{ path, file: isFile(file.name) }];
  });
  if (known.length > 0) {
    const files = known.filter(({ file }) => file);
    const [first] = files;
    return {
      sources: known.filter(({ file }) => !file).map(({ path }) => text(path)),
      refused: first ? `${first.path} is a file. Drop a folder to make a workspace of it.` : null,
    };
  }
  const named = addresses(data.getData("text/uri-list")) ?? addresses(data.getData("text/plain"));
  if (named) return { sources: named.map(text), refused: null };
  const folders = entries.filter((entry) => entry.isDirectory) as FileSystemDirectoryEntry[];
  if (folders.length > 0) return { sources: folders.map((entry) => ({ kind: "contents", entry })), refused: null };
  if (entries.length > 0 || data.files.length > 0) {
    return { sources: [], refused: "That is a file. Drop a folder to make a workspace of it." };
  }
  return { sources: [], refused: "Drop a folder, or the address of a git repository." };
}

function text(from: string): NewWorkspaceSource {
  return { kind: "text", text: from };
}

const looksLikeSource = /^(file:\/\/|https?:\/\/|ssh:\/\/|git:\/\/|git@|\/|~\/|[A-Za-z]:[\\/])/;

/** Lines that may be a folder or a repository; null when one is something else, for example text dragged from a page. */
export function addresses(list: string): string[] | null {
  const lines = list
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  return lines.length > 0 && lines.every((line) => looksLikeSource.test(line)) ? lines : null;
}

/** Whether a drag could be meant for a new workspace: files, or an address; not a tab of the dock, and not text on its way to a field. */
export function dragConcernsUs(types: readonly string[]): boolean {
  return types.includes("Files") || types.includes("text/uri-list");
}
