/**
 * What runs first inside a bottle that is a machine or container of its own: shell scripts for the image's root, which prepare, wait at the gate, and
 * become the program as somebody without any rights. Values of variables are in the scripts and in nobody's arguments outside.
 *
 * The image has to bring: sh, `setpriv` and `prlimit` (util-linux), and one of Node, Python 3 and Perl. What is missing is said by name.
 */
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { installationFolder } from "#node/installation.ts";
import { shellQuote } from "#node/shell-quote.ts";
import { type BottleLimits, type BottleToStart, guestHome, guestHomeFiles } from "../backend.ts";
import { homeFilesScript, writeHomeFiles } from "../home-files.ts";
import { gatePort, goAhead } from "./gate.ts";

/** Where inside everything of ours is. */
export const guestFolder = "/run/cellar";
export const guestInit = `${guestFolder}/init`;
export const guestProgram = `${guestFolder}/guest`;

/** Whom the program runs as. Without capabilities also where that is root, because the workspace is root's. */
export type GuestUser = { uid: number; gid: number };

/** What becomes the program: no rights, none to be had, its limits, and its environment alone. */
export type GuestProcess = {
  user: GuestUser;
  limits: BottleLimits;
  environment: Readonly<Record<string, string>>;
  cwd: string;
  argv: readonly string[];
};

/** Shell words that become `argv` as the agent. */
function asAgent({ user, limits }: Pick<GuestProcess, "user" | "limits">, argv: readonly string[]): string {
  return [
    ...["setpriv", `--reuid=${user.uid}`, `--regid=${user.gid}`, "--clear-groups"],
    ...["--no-new-privs", "--inh-caps=-all", "--bounding-set=-all", "--"],
    ...["prlimit", `--nproc=${limits.processes}`, `--data=${limits.memory}`, `--fsize=${limits.fileSize}`, "--core=0"],
    "--",
    ...argv,
  ]
    .map(shellQuote)
    .join(" ");
}

/** `exec …`, the last line of a script. */
export function becomes(process: GuestProcess): string {
  const { environment, cwd, argv } = process;
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const complaint = `echo ${shellQuote(`There is no folder ${cwd} inside.`)} >&2`;
  return `cd ${shellQuote(cwd)} || { ${complaint}; exit 126; }\nexec ${asAgent(process, ["env", "-i", ...variables, ...argv])}\n`;
}

const needs = ["setpriv", "prlimit", "mount", "sleep"] as const;

/** Ends with what is missing, and its way out; `mount` only where `mounts`. */
export function checksImage(mounts: boolean): string {
  const wanted = needs.filter((name) => mounts || name !== "mount");
  return `for each in ${wanted.join(" ")}; do
  command -v "$each" >/dev/null 2>&1 || { echo "The image has no $each. Choose one that has util-linux, as those of Debian do." >&2; exit 127; }
done
`;
}

export type InitParts = GuestProcess & {
  /** Lines that run first, as root. */
  prepare: string;
  homeFiles: BottleToStart["homeFiles"];
};

/** Prepares, waits, and becomes the program. */
export function initScript(parts: InitParts): string {
  const { prepare, homeFiles, user } = parts;
  const placed = `cd / && umask 077\n${homeFilesScript(homeFiles)}`;
  return `${prepare}
mkdir -p ${guestHome} && chown ${user.uid}:${user.gid} ${guestHome} || exit 1
${homeFiles.length === 0 ? "" : `${asAgent(parts, ["/bin/sh", "-c", placed])} || exit 1\n`}answer=$(${guestProgram} dial 127.0.0.1 ${gatePort} 2000000000 'here' 2>&1)
case "$answer" in
  *${goAhead}*) ;;
  *) echo "The bottle was not started. $answer" >&2; exit 1 ;;
esac
${becomes(parts)}`;
}

/** The folder that is seen as {@link guestFolder}: our programs, the files for the home, the system prompt. */
export async function writeGuestFolder(
  folder: string,
  bottle: Pick<BottleToStart, "homeFiles" | "systemPrompt">,
): Promise<void> {
  await mkdir(folder, { mode: 0o755 });
  const ours = join(installationFolder, "resources", "bottles");
  await Promise.all([
    ...["guest", "guest.mjs", "guest.py", "guest.pl"].map((name) => copyFile(join(ours, name), join(folder, name))),
    writeHomeFiles(join(folder, guestHomeFiles.slice(guestFolder.length + 1)), bottle.homeFiles),
    bottle.systemPrompt === null
      ? null
      : writeFile(join(folder, "system-prompt.md"), bottle.systemPrompt, { mode: 0o644, flag: "wx" }),
  ]);
}
