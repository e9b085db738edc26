/**
 * `npm run pack`: makes the packages for this system (or `-- --target linux-arm64 …`) in `dist/`. What needs no runtime is always made:
 * the app's files and archive (`dist/<target>/resources`), its list of parts (`.cdx.json`) and their licences.
 */
import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { bundleIsOlder } from "../bundle-age.ts";
import { fetchedRuntime } from "../electron-runtime.ts";
import { pack } from "./packing.ts";
import { targetName, targetOf, targets, targetsHere } from "./target.ts";

const root = resolve(import.meta.dirname, "../..");
try {
  const { values } = parseArgs({ options: { target: { type: "string", multiple: true } } });
  const wanted = values.target?.map(targetOf) ?? targetsHere();
  if (!wanted.every((target) => target !== undefined)) {
    throw new Error(`A target is one of ${targets.map(targetName).join(", ")}.`);
  }
  if (bundleIsOlder(root) && !built()) throw new Error("Cellar could not be built.");
  await pack({
    root,
    output: join(root, "dist"),
    targets: wanted,
    runtime: () => fetchedRuntime(root),
    say: (line) => console.log(line),
  });
} catch (problem) {
  console.error((problem as Error).message);
  process.exitCode = 1;
}

function built(): boolean {
  return spawnSync("npm", ["run", "--silent", "build"], { cwd: root, stdio: "inherit", shell: true }).status === 0;
}
