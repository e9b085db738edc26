/** What main does in a sandbox: runs something as its root, sends a folder, fetches one. */
import { randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { setTimeout } from "node:timers/promises";
import { shellQuote } from "#node/shell-quote.ts";
import { Failure } from "#shared/failure.ts";
import { packed } from "../elsewhere/packed.ts";
import { mostBytes, type Tree } from "../elsewhere/tree.ts";
import { guestFolder } from "../guest/init.ts";
import { Untar } from "../untar.ts";
import { agentUser } from "./enclosure.ts";
import { runPiped } from "./piped.ts";
import { ask, download, type Target, type Upload, upload } from "./server.ts";

const guestUploads = `${guestFolder}/uploads`;
/** Of each stream. */
const keptCharacters = 65_536;
const lookEveryMs = 200;
const mostLooks = 100;

/** A sandbox runs a little before its control service answers. */
export async function waitForExecd(execd: Target): Promise<void> {
  for (let looks = 0; ; looks++) {
    try {
      await ask(execd, "GET", "/ping");
      return;
    } catch (error) {
      if (looks >= mostLooks) throw error;
      await setTimeout(lookEveryMs);
    }
  }
}

/** Throws when it fails, with its own words, unless told to let that be. Resolves to what it printed. */
export async function runAsRoot(execd: Target, script: string, mayFail = false): Promise<string> {
  const said = { stdout: "", stderr: "" };
  const code = await runPiped(execd, {
    argv: ["/bin/sh", "-c", script],
    output(chunk, stream) {
      said[stream] = (said[stream] + chunk.toString()).slice(-keptCharacters);
      return undefined;
    },
  });
  if (code !== 0 && !mayFail) {
    throw new Failure("failed", `In the sandbox: ${said.stderr.trim() || `it ended with ${code}`}`);
  }
  return said.stdout;
}

export type SentFolder = { from: string; to: string; tree: Tree };

/**
 * Files and whole folders, in one upload: each question takes its way to another computer. `directory`: where tar files lie meanwhile. Resolves to the
 * script that puts the folders where they belong.
 */
export async function sendAll(
  execd: Target,
  directory: string,
  { files, folders }: { files: readonly Upload[]; folders: readonly SentFolder[] },
): Promise<string> {
  const packs = folders.map(({ from, to, tree }) => {
    const name = `${randomBytes(4).toString("hex")}.tar`;
    return { from, tree, to: shellQuote(to), file: join(directory, name), path: `${guestUploads}/${name}` };
  });
  try {
    for (const { from, tree, file } of packs) {
      const tar = packed([{ as: "", folder: from, tree }], agentUser);
      await pipeline(tar, createWriteStream(file, { mode: 0o600, flags: "wx" }));
    }
    await upload(execd, [...files, ...packs.map(({ path, file }) => ({ path, mode: 600, content: { file } }))]);
  } finally {
    for (const { file } of packs) await rm(file, { force: true });
  }
  return packs
    .map(({ to, path }) => `mkdir -p ${to} && tar -xf ${path} -C ${to} --no-same-owner && rm -f ${path}`)
    .join(" &&\n");
}

/** A folder inside, into a new one here. Resolves to what was left out. */
export async function fetchFolder(execd: Target, from: string, folder: string): Promise<string[]> {
  const inside = `${guestUploads}/back.tar`;
  await runAsRoot(execd, `mkdir -p ${guestUploads} && tar --hard-dereference -cf ${inside} -C ${shellQuote(from)} .`);
  const untar = new Untar(folder, mostBytes);
  try {
    await download(execd, inside, (chunk) => untar.push(chunk));
    untar.finish();
    return untar.leftOut;
  } finally {
    untar.close();
  }
}

/** Small files of a folder, as they are uploaded to `to`. */
export async function filesBelow(folder: string, to: string): Promise<Upload[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async ({ name, parentPath }) => {
        const path = join(parentPath, name);
        const content = await readFile(path, "utf8");
        return { path: `${to}${path.slice(folder.length)}`, mode: name === "guest" ? 755 : 644, content };
      }),
  );
}
