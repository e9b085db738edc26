/**
 * `npm run test:electron`: the main job and the shell on Electron itself. Where that cannot be had it says so in one line and, like every test
 * that lacks something, is skipped; with `CELLAR_REQUIRE=all` that is a failure.
 */
import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import { bundleIsOlder } from "./bundle-age.ts";
import { electronRuntime } from "./electron-runtime.ts";

const root = resolve(import.meta.dirname, "..");
const runtime = await electronRuntime(root);
if ("missing" in runtime) {
  console.log(`skipped test:electron: ${runtime.missing}`);
  process.exit(process.env["CELLAR_REQUIRE"] === "all" ? 1 : 0);
}
if (bundleIsOlder(root))
  run(join(root, "node_modules/electron-vite/bin/electron-vite.js"), "build", "--logLevel", "warn");
const vitest = join(root, "node_modules/vitest/vitest.mjs");
run(vitest, "run", "--config", "vitest.electron.config.ts", ...process.argv.slice(2));

function run(script: string, ...args: string[]): void {
  const env = { ...process.env, ...("path" in runtime && { CELLAR_ELECTRON: runtime.path }) };
  const { status } = spawnSync(process.execPath, [script, ...args], { cwd: root, stdio: "inherit", env });
  if (status !== 0) process.exit(status ?? 1);
}
