/** From what was asked for to what is executed: program, arguments, directory, environment. */
import { accessSync, constants, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";
import { installationFolder } from "#node/installation.ts";
import { loginShell } from "#node/login-environment.ts";
import type { NewTerminal } from "#shared/contract/terminals.ts";
import { Failure } from "#shared/failure.ts";
import type { ShellIntegration } from "../cells/cell-terminal.ts";
import { withShellIntegration } from "../cells/shell-integration.ts";
import type { PtyCommand } from "../pty/pty.ts";

export const defaultSize = { cols: 120, rows: 40 };

/** What the record says: the text as it was given, and the arguments where no shell is to interpret it. */
export function describeCommand(wanted: NewTerminal): { command: string; argv: string[] | null } {
  if (wanted.argv) return { command: wanted.command ?? wanted.argv.join(" "), argv: wanted.argv };
  if (wanted.command !== undefined) return { command: wanted.command, argv: null };
  const shell = loginShell();
  return { command: shell, argv: interactiveShell(shell) };
}

/** As terminal programs do it: a login shell on macOS, elsewhere one that relies on the session's login. */
function interactiveShell(shell: string): string[] {
  if (process.platform === "win32") return [shell];
  return process.platform === "darwin" ? [shell, "-l", "-i"] : [shell, "-i"];
}

/** A command ready to be started, and what was put into its shell. */
export type StartCommand = { command: PtyCommand; integration: ShellIntegration | null };

/** Throws a Failure that says what is wrong before anything is started. `base`: the login environment, changed here. */
export function startCommand(
  record: { id: string; command: string; argv: string[] | null; cwd: string | null },
  wanted: NewTerminal,
  base: Record<string, string>,
  cellar: { version: string; home: string },
): StartCommand {
  const cwd = record.cwd ?? homedir();
  if (!statSync(cwd, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Failure("not_found", `There is no folder ${cwd}`, { hint: "Choose a folder that exists." });
  }
  const env = {
    ...base,
    TERM: "xterm-256color",
    COLORTERM: "truecolor",
    TERM_PROGRAM: "Cellar",
    TERM_PROGRAM_VERSION: cellar.version,
  };
  const all: Record<string, string> = env;
  for (const [name, value] of Object.entries(wanted.env ?? {})) {
    if (value === null) delete all[name];
    else all[name] = value;
  }
  all["CELLAR_TERMINAL_ID"] = record.id;
  all["CELLAR_HOME"] = cellar.home;
  // Behind everything a person has: programs of their own with such short names stay theirs.
  const path = process.platform === "win32" ? (Object.keys(all).find((key) => /^path$/i.test(key)) ?? "PATH") : "PATH";
  all[path] = [all[path], join(installationFolder, "resources", "bin")].filter(Boolean).join(delimiter);
  all["PWD"] = cwd;
  const plain = { argv: record.argv ?? shellCommand(record.command), env: all };
  const integrates = (wanted.cellEnd?.mode ?? "integration") === "integration";
  const {
    argv,
    env: environment,
    integration,
  } = integrates ? withShellIntegration(plain) : { ...plain, integration: null };
  const [program, ...args] = argv;
  const file = executable(program!, cwd, environment["PATH"] ?? "");
  return { command: { file, args, cwd, env: environment, size: wanted.size ?? defaultSize }, integration };
}

function shellCommand(text: string): string[] {
  const command = text.trim();
  if (command === "") throw new Failure("invalid_input", "Command cannot be empty");
  return process.platform === "win32" ? ["cmd.exe", "/d", "/s", "/c", command] : ["/bin/sh", "-c", command];
}

/** Full path of a program, found as execvp(3) would, so that a missing one is a clear failure and not a line in a dead terminal. */
function executable(program: string, cwd: string, path: string): string {
  if (process.platform === "win32") return program;
  const candidates = program.includes("/")
    ? [isAbsolute(program) ? program : join(cwd, program)]
    : path.split(delimiter).map((folder) => join(folder === "" ? cwd : folder, program));
  for (const candidate of candidates) {
    try {
      accessSync(candidate, constants.X_OK);
      if (statSync(candidate).isFile()) return candidate;
    } catch {
      // Not this one.
    }
  }
  throw new Failure("not_found", `The program ${program} was not found`, {
    hint: program.includes("/")
      ? "Check its path, and that it may be executed."
      : "It is not in the PATH of your login shell.",
  });
}
