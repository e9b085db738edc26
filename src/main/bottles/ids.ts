/** How bottles are called: their ids, their directories, and whose they are. */
import { createHash, randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

const prefix = "bottle-";

export function newBottleId(): string {
  return `${prefix}${randomBytes(6).toString("hex")}`;
}

export function isBottleId(text: string): boolean {
  return /^bottle-[0-9a-f]{12}$/.test(text);
}

/** The 12 digits of an id. */
export function shortOf(id: string): string {
  return id.slice(prefix.length);
}

/** The directory of a bottle's sockets; short, because a socket's path must be. `runtime`: the home's runtime directory. */
export function directoryOf(runtime: string, id: string): string {
  return join(runtime, `b-${shortOf(id)}`);
}

/** The directories of bottles that are there, by the bottle's id. */
export async function directoriesIn(runtime: string): Promise<Map<string, string>> {
  const names = await readdir(runtime).catch(() => []);
  const shorts = names.flatMap((name) => /^b-([0-9a-f]{12})$/.exec(name)?.[1] ?? []);
  return new Map(shorts.map((short) => [`${prefix}${short}`, join(runtime, `b-${short}`)]));
}

/** Marks what is of this home where several homes use one engine or server, and never see each other's. */
export function homeMark(runtime: string): string {
  return createHash("sha256").update(runtime).digest("hex").slice(0, 16);
}
