/** Whether `out/` has to be built again. */
import { globSync, statSync } from "node:fs";
import { join } from "node:path";

/** One file of each of the three builds; all of them are written by every build. */
const products = ["out/main/serve.js", "out/preload/index.cjs", "out/renderer/index.html"];

/** True when a product is missing, or older than any source, dependency list or build setting. */
export function bundleIsOlder(root: string): boolean {
  const built = Math.min(...products.map((path) => changedAt(join(root, path))));
  const sources = globSync(["src/**/*.{ts,tsx,css,html,svg}", "package.json", "electron.vite.config.ts"], {
    cwd: root,
  });
  return sources.some((path) => !path.endsWith(".test.ts") && changedAt(join(root, path)) > built);
}

function changedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
