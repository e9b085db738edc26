/**
 * Where this program itself lies: the folder with its package.json, the same from source, bundled and packed. A packed app is in two
 * parts beside each other: `app.asar`, which only Electron can look into, and `app.asar.unpacked`, whose files any program can open.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const { files, archive } = partsOf(findRoot(import.meta.dirname));

/** Folder that holds package.json and `resources/`: real files, which may be handed to other programs. */
export const installationFolder = files;

/** Folder that holds what the window is made of, `out/renderer` and `out/preload`. */
export const windowFolder = join(archive, "out");

/** Whether this is an installed app and no tree of sources. */
export const isPacked = files !== archive;

/** Version as in package.json. */
export function version(): string {
  return ownDescription().version;
}

/** What package.json says of this program. */
export function ownDescription(): { version: string; updates?: { feed?: string; publicKey?: string } } {
  return JSON.parse(readFileSync(join(installationFolder, "package.json"), "utf8"));
}

/** Both parts of the installation that `root` is one of; from source they are the same folder. */
export function partsOf(root: string): { files: string; archive: string } {
  const base = root.replace(/([\\/]app\.asar)\.unpacked$/, "$1");
  const packed = /[\\/]app\.asar$/.test(base);
  return packed ? { files: `${base}.unpacked`, archive: base } : { files: root, archive: root };
}

function findRoot(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json"))) return folder;
    if (folder === dirname(folder)) throw new Error(`no package.json above ${from}`);
  }
}
