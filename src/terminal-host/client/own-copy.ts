/**
 * A copy of this program in the home, from which an installed app's terminal host runs. A new version replaces the app's files, and an AppImage's
 * are gone when the app ends: the host lives on with its terminals, loads workers when it needs them, and must then find its own.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

export type Original = {
  /** What is copied: package.json, `out/main`, `node_modules`, `resources`. */
  folder: string;
  version: string;
  /** The program that runs it. */
  runtime: string;
  /** The program goes away with the app, and is copied too. */
  takeRuntime: boolean;
};

export type Copy = { folder: string; runtime: string };

const parts = ["package.json", "out/main", "node_modules", "resources"];

/** Makes it unless it is there. Copies of other versions go, unless an older host still runs from one of them. */
export async function ownCopy(original: Original, copies: string, olderRuns: boolean): Promise<Copy> {
  const name = await nameOf(original);
  const folder = join(copies, name);
  if (!existsSync(folder)) await make(original, folder);
  const others = olderRuns ? [] : (await readdir(copies)).filter((other) => other !== name);
  await Promise.all(others.map((other) => rm(join(copies, other), { recursive: true, force: true }).catch(() => {})));
  return { folder, runtime: (await readFile(join(folder, "runtime"), "utf8")).trimEnd() };
}

/** By content: two builds of one version are two programs. Chunks have theirs in their names. */
async function nameOf({ folder, version, takeRuntime }: Original): Promise<string> {
  const main = join(folder, "out", "main");
  const hash = createHash("sha256").update(await readFile(join(main, "terminal-host.js")));
  for (const chunk of (await readdir(join(main, "chunks"))).sort()) hash.update(chunk);
  return `${version}-${hash.update(String(takeRuntime)).digest("hex").slice(0, 12)}`;
}

/** Another process may do this at the same time: the first to rename wins, and both are the same. */
async function make(original: Original, folder: string): Promise<void> {
  const unfinished = `${folder}.${process.pid}`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  for (const part of parts) await cp(join(original.folder, part), join(unfinished, part), { recursive: true });
  let { runtime } = original;
  if (original.takeRuntime) {
    // What acts as Node needs the program and what lies beside it, none of the folders with a window's things.
    const beside = dirname(runtime);
    await mkdir(join(unfinished, "program"));
    for (const entry of await readdir(beside, { withFileTypes: true })) {
      if (entry.isFile()) await cp(join(beside, entry.name), join(unfinished, "program", entry.name));
    }
    runtime = join(folder, "program", runtime.slice(beside.length + 1));
  }
  // Read by `resources/bin/cellar`, which serves the newest version it can find.
  await writeFile(join(unfinished, "runtime"), `${runtime}\n`);
  await writeFile(join(unfinished, "installed"), `${original.folder}\n`);
  try {
    await rename(unfinished, folder);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
}
