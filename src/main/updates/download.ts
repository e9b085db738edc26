/**
 * Gets a release's file, and gives it out only when its size and SHA-512 are those of the signed feed. What was broken off stays as
 * `….part` and goes on from there; what turned out wrong is thrown away.
 */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Failure } from "#shared/failure.ts";
import type { ReleaseFile } from "./feed.ts";

export type DownloadParts = {
  file: ReleaseFile;
  url: URL;
  folder: string;
  signal: AbortSignal;
  progress: (percent: number) => void;
};

/** Path of the whole and checked file. */
export async function download({ file, url, folder, signal, progress }: DownloadParts): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // By its content: two releases never share a part.
  const name = `${Buffer.from(file.sha512, "base64").toString("hex").slice(0, 16)}-${basename(url.pathname)}`;
  const whole = join(folder, name);
  await removeOthers(folder, name);
  if ((await sizeOf(whole)) === file.size && (await hashOf(whole)) === file.sha512) return whole;
  const part = `${whole}.part`;
  if ((await sizeOf(part)) < file.size) await fetchRest(part, { file, url, signal, progress });
  if ((await sizeOf(part)) < file.size) {
    throw new Failure("unavailable", "The download ended early", { hint: "Try again: it goes on where it stopped." });
  }
  if ((await sizeOf(part)) !== file.size || (await hashOf(part)) !== file.sha512) {
    await rm(part, { force: true });
    throw new Failure("refused", "What was downloaded is not what Cellar's makers have signed; it was thrown away");
  }
  await rename(part, whole);
  return whole;
}

async function fetchRest(part: string, { file, url, signal, progress }: Omit<DownloadParts, "folder">): Promise<void> {
  const have = await sizeOf(part);
  const answer = await fetch(url, { signal, headers: have > 0 ? { range: `bytes=${have}-` } : {} }).catch(unreachable);
  const resumed = answer.status === 206 && answer.headers.get("content-range")?.startsWith(`bytes ${have}-`);
  if (!resumed && answer.status !== 200) {
    await answer.body?.cancel();
    throw new Failure("unavailable", `The server of updates answered ${answer.status}`);
  }
  let got = resumed ? have : 0;
  const counting = new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      got += chunk.length;
      // A server that sends more than was signed must not fill the disk.
      if (got > file.size) return callback(new Failure("refused", "The download is larger than what was signed"));
      progress(Math.floor((got / file.size) * 100));
      callback(null, chunk);
    },
  });
  const flags = resumed ? "a" : "w";
  try {
    await pipeline(Readable.from(answer.body ?? []), counting, createWriteStream(part, { flags, mode: 0o600 }), {
      signal,
    });
  } catch (error) {
    if (error instanceof Failure) {
      await rm(part, { force: true });
      throw error;
    }
    if (signal.aborted) throw new Failure("cancelled", "The download was stopped");
    // The connection broke: what has come is kept, and the caller sees that it is not all.
  }
}

export function unreachable(): never {
  throw new Failure("unavailable", "The server of updates cannot be reached", { hint: "Try again later." });
}

async function removeOthers(folder: string, name: string): Promise<void> {
  const others = (await readdir(folder)).filter((each) => !each.startsWith(name));
  await Promise.all(others.map((each) => rm(join(folder, each), { force: true, recursive: true })));
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha512");
  await pipeline(createReadStream(path), hash);
  return hash.digest("base64");
}
