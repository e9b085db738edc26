/**
 * Asks a program for its version without letting it do anything else: no terminal to prompt on, nothing on stdin, no display or browser
 * to open, an empty directory of its own to stand in, a time limit, and its whole process tree ended after that.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import type { ProgramEntry } from "./entry.ts";

/** Runs a program to its end; `#node/subprocess.ts` does it. Rejects when it could not be started, took too long, or was aborted. */
export type RunProgram = (command: {
  program: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  cwd: string;
  timeoutMs: number;
  maxStdoutBytes: number;
  overflow: "stop";
  signal: AbortSignal;
}) => Promise<{ stdout: Buffer; stderr: string }>;

export type VersionAnswer = {
  version: string | null;
  /** It is another program of the same name. */
  other: boolean;
};

/** Longest a program may take to say its version; a cold start of the slowest takes about two seconds. */
export const versionTimeoutMs = 5_000;
/** A version is a line; what prints more is not asked further. */
const mostBytes = 16 * 1024;

/** Never rejects: a program that hangs, fails or says nothing of use has the version null. */
export async function askVersion(
  run: RunProgram,
  path: string,
  version: NonNullable<ProgramEntry["version"]>,
  how: { env: Readonly<Record<string, string>>; timeoutMs: number; signal: AbortSignal },
): Promise<VersionAnswer> {
  const cwd = await mkdtemp(join(tmpdir(), "cellar-version-"));
  try {
    const said = await run({
      ...throughShell(path, version.arguments, how.env),
      env: quietEnvironment(how.env),
      cwd,
      timeoutMs: how.timeoutMs,
      maxStdoutBytes: mostBytes,
      overflow: "stop",
      signal: how.signal,
    });
    return readVersion(said.stdout.toString("utf8"), said.stderr.slice(-mostBytes), version);
  } catch {
    return { version: null, other: false };
  } finally {
    await rm(cwd, { recursive: true, force: true }).catch(() => {});
  }
}

/** What the output says; stdout is believed before stderr, where warnings go. */
function readVersion(stdout: string, stderr: string, wanted: NonNullable<ProgramEntry["version"]>): VersionAnswer {
  for (const text of [stdout, stderr].map(withoutEscapes)) {
    if (wanted.other !== undefined && new RegExp(wanted.other, "m").test(text)) return { version: null, other: true };
    const found = new RegExp(wanted.pattern, "m").exec(text)?.[1];
    if (found) return { version: found.slice(0, 80), other: false };
  }
  return { version: null, other: false };
}

function withoutEscapes(text: string): string {
  return text.replace(/\x1b\[[0-?]*[ -/]*[@-~]/g, "").replaceAll("\r", "");
}

/** Windows cannot start a batch file (as npm installs them) without its command interpreter. */
function throughShell(path: string, args: readonly string[], env: Readonly<Record<string, string>>) {
  const batch = process.platform === "win32" && [".cmd", ".bat"].includes(extname(path).toLowerCase());
  return batch
    ? { program: env["ComSpec"] ?? "C:\\Windows\\System32\\cmd.exe", args: ["/d", "/c", path, ...args] }
    : { program: path, args };
}

function quietEnvironment(env: Readonly<Record<string, string>>): Record<string, string> {
  const quiet: Record<string, string> = { ...env };
  for (const name of ["DISPLAY", "WAYLAND_DISPLAY", "SSH_ASKPASS", "SUDO_ASKPASS", "GIT_ASKPASS"]) delete quiet[name];
  return { ...quiet, CI: "1", TERM: "dumb", NO_COLOR: "1", BROWSER: "false", NO_UPDATE_NOTIFIER: "1" };
}
