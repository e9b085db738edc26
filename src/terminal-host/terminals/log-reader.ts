/** Reads what {@link OutputLog} has written, from its beginning or its end. */
import { type FileHandle, open } from "node:fs/promises";
import { logPaths } from "./log.ts";

/** At most `limit` bytes of both files, as they follow each other; empty when there is no log. */
export async function readLog(folder: string, id: string, limit: number, end: "first" | "last"): Promise<Buffer> {
  const { older, current } = logPaths(folder, id);
  const parts: Buffer[] = [];
  let left = limit;
  for (const path of end === "first" ? [older, current] : [current, older]) {
    const part = await readPart(path, left, end);
    left -= part.length;
    if (end === "first") parts.push(part);
    else parts.unshift(part);
  }
  return Buffer.concat(parts);
}

async function readPart(path: string, limit: number, end: "first" | "last"): Promise<Buffer> {
  let file: FileHandle;
  try {
    file = await open(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return Buffer.alloc(0);
    throw error;
  }
  try {
    const { size } = await file.stat();
    const length = Math.min(size, limit);
    const out = Buffer.allocUnsafe(length);
    const { bytesRead } = await file.read(out, 0, length, end === "first" ? 0 : size - length);
    return out.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
