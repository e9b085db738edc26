/**
 * What a test needs of the machine beyond `npm ci`. A missing part skips the test by name on a user's machine; with
 * `CELLAR_REQUIRE=all` (set by `.ci/run`) it fails instead, so that a green run there has skipped nothing.
 */
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Full path of a program on PATH, or null. */
export function onPath(program: string): string | null {
  for (const directory of (process.env["PATH"] ?? "").split(delimiter)) {
    const path = join(directory, program);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {}
  }
  return null;
}

const probes: Record<string, () => boolean> = {
  docker: () => spawnSync("docker", ["info"], { stdio: "ignore", timeout: 10_000 }).status === 0,
  bwrap: () => spawnSync("bwrap", ["--ro-bind", "/", "/", "true"], { stdio: "ignore", timeout: 10_000 }).status === 0,
};
const answers = new Map<string, boolean>();

/**
 * `test.skipIf(missing("fish"))`: true when the machine lacks the program (or, for docker and bwrap, cannot run it).
 * Throws instead when everything is required.
 */
export function missing(...programs: string[]): boolean {
  const lacking = programs.filter((program) => {
    let there = answers.get(program);
    if (there === undefined) {
      there = probes[program]?.() ?? onPath(program) !== null;
      answers.set(program, there);
    }
    return !there;
  });
  if (lacking.length > 0 && process.env["CELLAR_REQUIRE"] === "all") {
    throw new Error(`CELLAR_REQUIRE=all, and this machine lacks: ${lacking.join(", ")}`);
  }
  return lacking.length > 0;
}
