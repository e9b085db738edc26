/**
 * A folder dropped in a browser: its files, found through the entries API, without what an upload leaves out. Empty folders have no
 * file to carry them and stay behind, as in git.
 */
import { Failure } from "#shared/failure.ts";
import { isIgnoredInUploads } from "#shared/workspaces/ignored.ts";

export type FolderCount = { files: FoundFile[]; bytes: number; git: boolean };
export type FoundFile = { path: string; entry: FileSystemFileEntry; bytes: number };

/** Reads the whole tree. `found` is told how many files there are so far. Throws a Failure, also when aborted. */
export async function countFolder(
  root: FileSystemDirectoryEntry,
  signal: AbortSignal,
  found: (files: number) => void,
): Promise<FolderCount> {
  const files: FoundFile[] = [];
  let bytes = 0;
  let git = false;
  const waiting: { entry: FileSystemDirectoryEntry; path: string }[] = [{ entry: root, path: "" }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    for (const entry of await entriesOf(next.entry)) {
      if (signal.aborted) throw new Failure("cancelled", "Reading the folder was cancelled");
      if (isIgnoredInUploads(entry.name)) continue;
      const path = next.path === "" ? entry.name : `${next.path}/${entry.name}`;
      if (path === ".git") git = true;
      if (entry.isDirectory) {
        waiting.push({ entry: entry as FileSystemDirectoryEntry, path });
        continue;
      }
      const { size } = await fileOf(entry as FileSystemFileEntry, path);
      files.push({ path, entry: entry as FileSystemFileEntry, bytes: size });
      bytes += size;
    }
    found(files.length);
  }
  return { files, bytes, git };
}

/** A reader hands over a hundred or so at a time, and nothing when it is through. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, (error) => reject(unreadable(folder.fullPath, error)));
    });
    if (some.length === 0) return all;
    all.push(...some);
  }
}

export function fileOf(entry: FileSystemFileEntry, path: string): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, (error) => reject(unreadable(path, error))));
}

function unreadable(path: string, error: DOMException): Failure {
  return new Failure("failed", `${path} could not be read: ${error.message}`, {
    hint: "Check its permissions, or give the folder's path instead.",
  });
}
