/**
 * Starts a shell so that it tells where its prompts and commands begin and end (`resources/shell-integration`), without touching the
 * person's files. Only an interactive shell without a script or `-c` is changed; every other command stays as it is.
 */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { ShellIntegration } from "./cell-terminal.ts";

/** Program, arguments and environment of a terminal that is about to start. */
export type ShellStart = { argv: string[]; env: Record<string, string> };

/** `integration` is null when the program is none of the shells, or is not started interactively. */
export function withShellIntegration(
  start: ShellStart,
  folder: string = scriptsFolder(),
): ShellStart & { integration: ShellIntegration | null } {
  const unwrapped = unwrap(start.argv);
  const [program = "", ...flags] = unwrapped;
  const shell = shellOf(program);
  const inject = shell === null ? null : injections[shell](flags, start.env, folder);
  if (shell === null || inject === null) return { ...start, integration: null };
  const nonce = randomBytes(16).toString("hex");
  const argv = [program, ...inject.flags];
  return {
    argv: unwrapped === start.argv ? argv : ["/bin/sh", "-c", `exec ${argv.map(quoted).join(" ")}`],
    env: { ...start.env, ...inject.env, CELLAR_SHELL_NONCE: nonce },
    integration: { shell, nonce },
  };
}

/** Found above this module, which runs from its source or from a bundle. */
function scriptsFolder(): string {
  let above = import.meta.dirname;
  while (!existsSync(join(above, "resources", "shell-integration"))) {
    const next = dirname(above);
    if (next === above) return join(import.meta.dirname, "resources", "shell-integration");
    above = next;
  }
  return join(above, "resources", "shell-integration");
}

/** `/bin/sh -c "bash -l"` is that shell; anything with more grammar than words is a command of its own. */
function unwrap(argv: string[]): string[] {
  const [sh, flag, command, ...rest] = argv;
  if (sh !== "/bin/sh" || flag !== "-c" || command === undefined || rest.length > 0) return argv;
  const words = command.trim().split(/[ \t]+/);
  return words.every((word) => /^[A-Za-z0-9_./:-]+$/.test(word)) ? words : argv;
}

function shellOf(program: string): ShellIntegration["shell"] | null {
  const name = basename(program.replaceAll("\\", "/"))
    .toLowerCase()
    .replace(/\.exe$/, "");
  if (name === "bash" || name === "zsh" || name === "fish") return name;
  return name === "pwsh" || name === "powershell" ? "pwsh" : null;
}

type Injection = (
  flags: string[],
  env: Record<string, string>,
  folder: string,
) => { flags: string[]; env: Record<string, string> } | null;

const interactive = /^(?:-i|-l|-il|-li|--login|--interactive)$/;
const login = /^(?:-l|-il|-li|--login)$/;

function loginEnvironment(flags: string[]): Record<string, string> {
  return flags.some((flag) => login.test(flag)) ? { CELLAR_SHELL_LOGIN: "1" } : {};
}

const injections: Record<ShellIntegration["shell"], Injection> = {
  // A login shell ignores --init-file, so the script reads the login files itself.
  bash: (flags, _env, folder) =>
    flags.every((flag) => interactive.test(flag) && flag !== "--interactive")
      ? {
          flags: ["--init-file", join(folder, "bash.sh"), "-i"],
          env: loginEnvironment(flags),
        }
      : null,
  zsh: (flags, env, folder) =>
    flags.every((flag) => interactive.test(flag))
      ? {
          flags: flags.includes("-i") ? flags : ["-i", ...flags],
          env: {
            ZDOTDIR: join(folder, "zsh"),
            ...(env["ZDOTDIR"] === undefined ? {} : { CELLAR_ZDOTDIR: env["ZDOTDIR"] }),
          },
        }
      : null,
  fish: (flags, _env, folder) =>
    flags.every((flag) => interactive.test(flag))
      ? { flags: [...flags, "--init-command", `source ${quoted(join(folder, "fish.fish"))}`], env: {} }
      : null,
  pwsh: (flags, _env, folder) =>
    flags.every((flag) => /^-(?:nologo|login|l|noexit)$/i.test(flag))
      ? {
          flags: [...flags, "-NoExit", "-Command", `. '${join(folder, "pwsh.ps1").replaceAll("'", "''")}'`],
          env: {},
        }
      : null,
};

/** For POSIX shells and fish alike: both take a single-quoted word, and paths with a quote or backslash in it are escaped outside. */
export function quoted(word: string): string {
  return `'${word.replaceAll("\\", "\\\\").replaceAll("'", "'\\''")}'`;
}
