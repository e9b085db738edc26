/**
 * What a test needs of the machine beyond `npm ci`. A missing part skips the test by name on a user's machine; with
 * `CELLAR_REQUIRE=all` (set by `.ci/run`) it fails instead, so that a green run there has skipped nothing.
 */
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";

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

/**
 * Claude Code and Codex themselves, 400 MB each: too much for everybody's `npm ci`, so `.ci/run` puts them there. Claude Code's program is in the
 * package of the platform.
 */
const cache = resolve(import.meta.dirname, "../node_modules/.cache");
const claudeFolder = join(cache, "claude-code/node_modules/@anthropic-ai");
const codexProgram = join(cache, "codex/node_modules/@openai/codex/bin/codex.js");

/** Full path of the real program, or null. */
export function claudeCode(): string | null {
  const path = join(claudeFolder, `claude-code-${process.platform}-${process.arch}`, "claude");
  return existsSync(path) ? path : null;
}

/** The command as npm installs it, or null. */
export function codex(): string | null {
  return existsSync(codexProgram) ? codexProgram : null;
}

const probes: Record<string, () => boolean> = {
  "claude-code": () => claudeCode() !== null,
  codex: () => codex() !== null,
  /** The machines of doubles have a root of their own, which needs that of the computer. */
  root: () => process.getuid?.() === 0,
  docker: () => spawnSync("docker", ["info"], { stdio: "ignore", timeout: 10_000 }).status === 0,
  dockerd: () => process.getuid?.() === 0 && onPath("dockerd") !== null && onPath("docker") !== null,
  sshd: () => sshServer() !== null,
  bwrap: () => spawnSync("bwrap", ["--ro-bind", "/", "/", "true"], { stdio: "ignore", timeout: 10_000 }).status === 0,
};
/** Not on everybody's PATH. */
export function sshServer(): string | null {
  return onPath("sshd") ?? ["/usr/sbin/sshd", "/usr/local/sbin/sshd"].find((path) => existsSync(path)) ?? null;
}

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
