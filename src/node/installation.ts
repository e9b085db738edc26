/** Where this program itself lies: the folder with its package.json, the same from source, bundled and packed. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Folder that holds package.json, `resources/` and, when built, `out/`. */
export const installationFolder = findRoot(import.meta.dirname);

/** Version as in package.json. */
export function version(): string {
  const description: unknown = JSON.parse(readFileSync(join(installationFolder, "package.json"), "utf8"));
  return (description as { version: string }).version;
}

function findRoot(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json"))) return folder;
    if (folder === dirname(folder)) throw new Error(`no package.json above ${from}`);
  }
}
