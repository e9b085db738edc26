/** Folders as one tar stream, for another computer. Nothing of this computer's users is in it. */
import { createReadStream } from "node:fs";
import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Header, type Pack, pack } from "tar-stream";
import { problemOf } from "#shared/failure.ts";
import type { Entry, Tree } from "./tree.ts";

export type Parcel = {
  /** Folder of it in the stream, `workspace`; empty for none. */
  as: string;
  /** Here, and what of it is sent. */
  folder: string;
  tree: Tree;
};

export type Owner = { uid: number; gid: number };

/** Ends with an error when a file goes away or shrinks meanwhile. */
export function packed(parcels: readonly Parcel[], owner: Owner): Readable {
  const tar = pack();
  void (async () => {
    for (const parcel of parcels) await add(tar, parcel, owner);
    tar.finalize();
  })().catch((error: unknown) => tar.destroy(new Error(problemOf(error).message)));
  return Readable.from(tar);
}

async function add(tar: Pack, { as, folder, tree }: Parcel, owner: Owner): Promise<void> {
  const directory = (name: string) => tar.entry({ name: `${name}/`, type: "directory", mode: 0o755, ...owner });
  directory(as === "" ? "." : as);
  for (const [path, entry] of tree) {
    const name = as === "" ? path : `${as}/${path}`;
    if (entry.kind === "folder") directory(name);
    else if (entry.kind === "link") tar.entry({ name, type: "symlink", linkname: entry.target, mode: 0o777, ...owner });
    else await addFile(tar, join(folder, path), { name, mode: modeOf(entry), ...owner });
  }
}

const modeOf = ({ executable }: Entry & { kind: "file" }) => (executable ? 0o755 : 0o644);

/** Its size is as it is now: what is written to it meanwhile is not sent. */
async function addFile(tar: Pack, path: string, header: Partial<Header> & { name: string }): Promise<void> {
  const { size, mtime } = await lstat(path);
  if (size === 0) return void tar.entry({ ...header, size, mtime }, "");
  await pipeline(createReadStream(path, { end: size - 1 }), tar.entry({ ...header, size, mtime }));
}
