/** Sends a dropped folder's files to main, a few at a time. */
import type { Workspace } from "#shared/contract/workspaces.ts";
import type { Connection } from "../connection/index.ts";
import { type FolderCount, fileOf } from "./contents.ts";

/** Requests at once: enough that small files do not wait for each other's round trip, few enough for a browser's limit per host. */
const atOnce = 4;

export type UploadWatcher = {
  /** The workspace exists from now on, in `creating`. */
  begun(workspace: Workspace): void;
  /** Bytes sent so far. */
  sent(bytes: number): void;
};

/** Throws a Failure; what was uploaded is undone then. */
export async function uploadFolder(
  connection: Connection,
  name: string,
  { files, bytes }: FolderCount,
  watcher: UploadWatcher,
  signal: AbortSignal,
): Promise<Workspace> {
  const { client } = connection;
  const { uploadId, workspace } = await client.workspaces.beginUpload({ name, files: files.length, bytes });
  watcher.begun(workspace);
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  let finished = 0;
  const partly = new Map<string, number>();
  const tell = () => watcher.sent(finished + [...partly.values()].reduce((sum, part) => sum + part, 0));
  const queue = files.values();
  const worker = async () => {
    for (const { path, entry, bytes: size } of queue) {
      const progress = (part: number) => {
        partly.set(path, Math.min(part, size));
        tell();
      };
      await connection.upload(uploadId, path, await fileOf(entry, path), { signal: either, progress });
      partly.delete(path);
      finished += size;
      tell();
    }
  };
  try {
    await Promise.all(Array.from({ length: atOnce }, worker));
    return await client.workspaces.finishUpload({ uploadId });
  } catch (thrown) {
    stop.abort();
    // What went wrong is the answer, not whether it could be tidied up: main also gives up by itself.
    await client.workspaces.cancelUpload({ uploadId }).catch(() => {});
    throw thrown;
  }
}
