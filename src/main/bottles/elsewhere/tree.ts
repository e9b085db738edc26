/** What is in a folder, to compare it with later. Links are not followed; what is neither file, folder nor link is not there. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readdir, readlink } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { Failure } from "#shared/failure.ts";

export type Entry =
  | { kind: "folder" }
  | { kind: "file"; hash: string; executable: boolean }
  | { kind: "link"; target: string };

/** By path below the folder, with `/`. */
export type Tree = Map<string, Entry>;

const mebibyte = 1024 * 1024;
/** What is carried to another computer and back. */
export const mostBytes = 4096 * mebibyte;

/** `skip`: paths that are not looked at. Throws `too_large`. */
export async function treeOf(folder: string, skip: (path: string) => boolean = () => false): Promise<Tree> {
  const tree: Tree = new Map();
  let bytes = 0;
  const walk = async (below: string): Promise<void> => {
    const names = await readdir(join(folder, below));
    for (const name of names.sort()) {
      const path = below === "" ? name : `${below}/${name}`;
      if (skip(path)) continue;
      const stat = await lstat(join(folder, path)).catch(() => null);
      if (stat === null) continue;
      if (stat.isDirectory()) {
        tree.set(path, { kind: "folder" });
        await walk(path);
      } else if (stat.isSymbolicLink()) {
        tree.set(path, { kind: "link", target: await readlink(join(folder, path)) });
      } else if (stat.isFile()) {
        bytes += stat.size;
        if (bytes > mostBytes) {
          throw new Failure(
            "too_large",
            `${folder} holds more than ${mostBytes / mebibyte} MiB, which is more than is sent to another computer`,
            {
              hint: "Make a workspace of a worktree or a clone without what was built, or use an isolation of this computer.",
            },
          );
        }
        tree.set(path, { kind: "file", hash: await hashOf(join(folder, path)), executable: (stat.mode & 0o100) !== 0 });
      }
    }
  };
  await walk("");
  return tree;
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
