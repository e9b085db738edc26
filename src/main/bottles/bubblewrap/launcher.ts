/**
 * The commands that lead into a bottle. What is secret or long (variables, the filter, the program's arguments) lies in files of the bottle's
 * directory and reaches bwrap through descriptors: the PTY's spawner hands over none, so a shell opens them and becomes bwrap.
 *
 * Everything starts from an empty environment: that of bwrap itself could otherwise be read inside, as the environment of process 1.
 */
import { shellQuote } from "#node/shell-quote.ts";
import type { BottleLimits, HomeFile } from "../backend.ts";
import { homeFilesScript } from "../home-files.ts";
import { type BottlePids, wholly } from "./namespaces.ts";
import { guestInit } from "./view.ts";

/** Names of the files in a bottle's directory. */
export const files = {
  arguments: "arguments",
  /** Arguments for something else that is run inside. */
  inside: "inside",
  filter: "seccomp",
  /** bwrap says here which processes and namespaces it made. */
  info: "info",
  /** A named pipe: the program inside waits for a line from it. */
  gate: "gate",
  /** The program inside says here that it waits at the gate. */
  waiting: "waiting",
  init: "init",
  etc: "etc",
  homeFiles: "home-files",
  systemPrompt: "system-prompt.md",
  /** What was made in the workspace to mount over. */
  placeholders: "placeholders",
} as const;

export const goAhead = "go";

/** Marks the host's processes of a bottle, by which they are found again: nothing secret. */
export const bottleVariable = "CELLAR_BOTTLE";

/**
 * Whoever started Cellar may have left descriptors open, and a file or socket of the host must not come in that way. Only bash can close
 * those with two digits.
 */
const closeOthers = `for each in /proc/self/fd/*; do each=\${each##*/}; [ "$each" -gt 2 ] && eval "exec $each<&-" 2>/dev/null; done`;

/** For the programs that lead into a bottle; inside there is another. */
const systemPath = "/usr/bin:/bin:/usr/sbin:/sbin";

/** $1: the directory, $2: the bottle's id; then a command that becomes what follows it ({@link file://./limits.ts}), or nothing. */
const launchScript = `
${closeOthers}
d=$1 id=$2; shift 2
if ! mkfifo -m 600 "$d/${files.gate}" 2>/dev/null; then echo 'This bottle has ended. Launch the program again.'; exit 1; fi
exec 6<"$d/${files.arguments}" 7<>"$d/${files.gate}" 8>"$d/${files.info}" 5>"$d/${files.waiting}" 9<"$d/${files.filter}" || exit 1
exec "$@" env -i PATH=${systemPath} ${bottleVariable}="$id" \\
  unshare --user --map-root-user -- bwrap --args 6 --info-fd 8 --seccomp 9 -- /bin/sh ${guestInit}
`;

export function launchCommand(id: string, directory: string, scope: readonly string[]): string[] {
  return ["bash", "--norc", "-p", "-c", launchScript, "cellar", directory, id, ...scope];
}

/** $1: the directory, $2: the bottle's id, $3: the file of arguments, which is this command's alone; then the command. */
const insideScript = `
${closeOthers}
d=$1 id=$2 own=$3; shift 3
exec 6<"$own" 9<"$d/${files.filter}" || exit 1
rm -f -- "$own"
exec env -i PATH=${systemPath} ${bottleVariable}="$id" "$@"
`;

/**
 * What joins a bottle has not been through its filter, so it goes through bwrap once more, inside: same files and network, the filter, no
 * rights, and an end with the terminal it came from.
 */
export function insideCommand(
  bottle: { id: string; directory: string; limits: BottleLimits },
  pids: BottlePids,
  argumentsFile: string,
  argv: readonly string[],
): string[] {
  const command = wholly(pids, ["bwrap", "--args", "6", "--seccomp", "9", "--", ...limited(bottle.limits, argv)]);
  return ["bash", "--norc", "-p", "-c", insideScript, "cellar", bottle.directory, bottle.id, argumentsFile, ...command];
}

/** More of the same; what comes later wins. */
export function moreArguments(environment: Readonly<Record<string, string>>, cwd: string | undefined): string[] {
  const variables = Object.entries(environment).flatMap(([name, value]) => ["--setenv", name, value]);
  return [...variables, ...(cwd === undefined ? [] : ["--chdir", cwd])];
}

export function insideArguments(
  uid: number,
  gid: number,
  environment: Readonly<Record<string, string>>,
  cwd: string,
): string[] {
  return [
    ...["--unshare-user", "--uid", String(uid), "--gid", String(gid)],
    ...["--dev-bind", "/", "/", "--die-with-parent", "--cap-drop", "ALL", "--clearenv"],
    ...moreArguments(environment, cwd),
  ];
}

/** The first thing that runs inside: says so, waits at the gate, fills the home, takes on the limits, and becomes the program. */
export function initScript(limits: BottleLimits, argv: readonly string[], homeFiles: readonly HomeFile[]): string {
  const command = limited(limits, argv).map(shellQuote).join(" ");
  return `echo waiting >&5
exec 5>&-
read -r word <&7 || exit 1
exec 7<&- 6<&- 8<&- 9<&-
[ "$word" = ${goAhead} ] || { echo 'The bottle was not started.'; exit 1; }
${homeFilesScript(homeFiles)}exec ${command}
`;
}

/** NUL-separated, as `--args` reads them. */
export function argumentFile(list: readonly string[]): string {
  return list.map((argument) => `${argument}\0`).join("");
}

/**
 * Memory is limited by what a process may write to, not by its address space: V8 and Go reserve far more of that than they use. The number
 * of processes is counted per user namespace, so it is set inside, where the person's other processes do not count.
 */
function limited(limits: BottleLimits, argv: readonly string[]): string[] {
  return [
    "prlimit",
    `--nproc=${limits.processes}`,
    `--data=${limits.memory}`,
    `--fsize=${limits.fileSize}`,
    "--core=0",
    "--",
    ...argv,
  ];
}
