/** `npm test`: lint, types, build, then every test; closes with one line of counts and the names of what was skipped. */
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { startVitest } from "vitest/node";

const steps: [name: string, script: string][] = [
  ["lint", "lint"],
  ["types", "typecheck"],
  ["build", "build"],
];
for (const [name, script] of steps) {
  const started = performance.now();
  const result = spawnSync("npm", ["run", "--silent", script], {
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  console.log(
    `${result.status === 0 ? "ok  " : "FAIL"} ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`,
  );
  if (result.status !== 0) process.exit(1);
}
rmSync("test-results", { recursive: true, force: true });

const vitest = await startVitest("test", process.argv.slice(2), { watch: false });
let passed = 0;
let failed = 0;
const skipped: string[] = [];
for (const module of vitest.state.getTestModules()) {
  for (const test of module.children.allTests()) {
    const { state } = test.result();
    if (state === "passed") passed++;
    else if (state === "skipped") skipped.push(`${module.moduleId.slice(process.cwd().length + 1)}: ${test.fullName}`);
    else failed++;
  }
  if (module.state() === "failed" && module.children.size === 0) failed++;
}
const errors = vitest.state.getUnhandledErrors().length;
await vitest.close();
for (const name of skipped) console.log(`skipped ${name}`);
if (errors > 0) console.log(`${errors} unhandled errors`);
if (skipped.length > 0 && process.env["CELLAR_REQUIRE"] === "all") failed += skipped.length;
console.log(`${passed} passed, ${failed + errors} failed, ${skipped.length} skipped`);
process.exit(failed + errors > 0 || passed === 0 ? 1 : 0);
