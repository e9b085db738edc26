/** `npm test`: lint, types, build, then every test; closes with one line of counts and the names of what was skipped. */
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
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
/** What failed, with its first error: printed last, so that whoever sees only the end of a long log sees the reason. */
const failures: string[] = [];
const skipped = new Map<string, number>();
const say = (name: string, errors: readonly { message: string }[] | undefined) =>
  failures.push(
    `failed ${name}\n${(errors ?? []).map(({ message }) => `  ${stripVTControlCharacters(message).slice(0, 600).replaceAll("\n", "\n  ")}`).join("\n")}`,
  );

for (const module of vitest.state.getTestModules()) {
  const file = relative(process.cwd(), module.moduleId);
  if (module.errors().length > 0) say(file, module.errors());
  for (const suite of module.children.allSuites())
    if (suite.errors().length > 0) say(`${file}: ${suite.fullName}`, suite.errors());
  for (const test of module.children.allTests()) {
    const { state, errors } = test.result();
    if (state === "passed") passed++;
    else if (state === "skipped") {
      const group = `${file}: ${test.parent.type === "suite" ? test.parent.fullName : "(top)"}`;
      skipped.set(group, (skipped.get(group) ?? 0) + 1);
    } else say(`${file}: ${test.fullName}`, errors);
  }
}
for (const error of vitest.state.getUnhandledErrors())
  say("outside of any test", [error instanceof Error ? error : new Error(String(error))]);
await vitest.close();

const skips = [...skipped.values()].reduce((sum, count) => sum + count, 0);
for (const [group, count] of skipped) console.log(`skipped ${count} of ${group}`);
for (const failure of failures) console.log(failure);
/** Where everything is required, what was skipped has failed. */
const failed = failures.length + (process.env["CELLAR_REQUIRE"] === "all" ? skips : 0);
console.log(`${passed} passed, ${failed} failed, ${skips} skipped`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
