/**
 * The shell that leads into a bottle and runs in it. What is secret (variables, arguments) is in none of it: the container is made without, and gets
 * them over stdin into memory before the gate opens, so that neither `docker inspect` nor a list of processes shows them.
 */
import { posix } from "node:path";
import { shellQuote } from "#node/shell-quote.ts";
import { guestHome, guestHomeFiles, guestSystemPrompt, type HomeFile } from "../backend.ts";
import { homeFilesScript } from "../home-files.ts";
import { guestFiles, guestOwn, guestState } from "./names.ts";

const goAhead = "go";

/** Part of every image: waits at the gate and becomes the program. */
export const initScript = `#!/bin/sh
mkfifo -m 600 ${guestFiles.gate} || exit 1
read -r word <${guestFiles.gate}
rm -f ${guestFiles.gate}
[ "$word" = ${goAhead} ] || { echo 'The bottle was not started.'; exit 1; }
unset word
. ${guestFiles.environment}
. ${guestFiles.start}
`;

/** Part of every image. $1: where it says its number, by which it is ended; $2: a file with more variables, or nothing; then the command. */
export const insideScript = `#!/bin/sh
. ${guestFiles.environment}
[ -z "$2" ] || . "$2"
own=$1
echo $$ >"$own"
shift 2
unset OLDPWD SHLVL
"$@"
s=$?
rm -f "$own"
exit $s
`;

/** Given to \`docker exec\` as the program's user: waits for the gate and opens it. */
export const openGate = `i=0
while ! [ -p ${guestFiles.gate} ]; do
  i=$((i+1)); [ "$i" -lt 200 ] || { echo 'the program does not wait at its gate' >&2; exit 1; }
  sleep 0.05 2>/dev/null || sleep 1
done
echo ${goAhead} >${guestFiles.gate}`;

/** A byte that no keyboard sends: the client would leave the container at its usual keys (Ctrl-P Ctrl-Q) and hold back the first of them. */
const noKeys = "$(printf '\\377')";
/** For `docker exec`, which takes only text: its first key is rare (it is held back until the next one), and nobody types all of it. */
const fewKeys = "ctrl-^,ctrl-@,ctrl-^,ctrl-@,ctrl-^,ctrl-@";

/**
 * The terminal's command. $1: container, $2: the bottle's id; then the client with what leads it to the engine.
 *
 * When the terminal is killed, the client dies and the engine would not care. So somebody who is not part of the terminal waits for the end of
 * a pipe that this shell holds, and nothing that it starts: an ssh that leads to the engine may outlive the client. And when the engine goes away, the bottle is not over: it may come back with the bottle still running.
 */
const launchScript = `
n=$1 id=$2; shift 2
if command -v setsid >/dev/null; then
  exec 4> >(exec setsid -f env -u CELLAR_TERMINAL_ID CELLAR_BOTTLE="$id" sh -c 'n=$1; shift; cat >/dev/null; "$@" kill "$n" >/dev/null 2>&1' cellar "$n" "$@" >/dev/null 2>&1)
fi
"$@" start --attach --interactive --detach-keys "${noKeys}" "$n" 4>&-
s=$? told=
while :; do
  if r=$("$@" inspect --type container --format '{{.State.Running}} {{.State.ExitCode}}' "$n" 2>/dev/null 4>&-); then
    case $r in
      true*) "$@" attach --detach-keys "${noKeys}" "$n" 4>&-; s=$?; told=; sleep 1;;
      *) exit "\${r#* }";;
    esac
  elif "$@" version >/dev/null 2>&1 4>&-; then
    exit "$s"
  else
    [ -n "$told" ] || printf '\\r\\nThe Docker engine does not answer. The bottle may still run; waiting for the engine.\\r\\n'
    told=1
    sleep 1
  fi
done
`;

export function launchCommand(container: string, bottleId: string, client: readonly string[]): string[] {
  return ["bash", "--norc", "-p", "-c", launchScript, "cellar", container, bottleId, ...client];
}

/** Variables as a shell reads them; exported, and quoted so that nothing in a value is run. */
export function environmentFile(environment: Readonly<Record<string, string>>): string {
  return Object.entries(environment)
    .map(([name, value]) => `export ${name}=${shellQuote(value)}\n`)
    .join("");
}

export type Start = {
  cwd: string;
  /** Names or paths of the program, tried in this order. */
  programs: readonly string[];
  arguments: readonly string[];
  skills: readonly string[];
  homeFiles: readonly HomeFile[];
};

/** Sourced by {@link initScript}. */
export function startFile({ cwd, programs, arguments: list, skills, homeFiles }: Start): string {
  const links = skills.map(
    (name) =>
      `ln -sfn ${shellQuote(posix.join(guestFiles.skills, name))} ${shellQuote(posix.join(guestHome, ".claude/skills", name))} || exit 1\n`,
  );
  return `cd ${shellQuote(cwd)} || exit 1
${links.length === 0 ? "" : `mkdir -p ${guestHome}/.claude/skills || exit 1\n${links.join("")}`}${homeFilesScript(homeFiles)}for p in ${programs.map(shellQuote).join(" ")}; do command -v "$p" >/dev/null && break; done
set -- ${list.map(shellQuote).join(" ")}
unset OLDPWD SHLVL
exec "$p" "$@"
`;
}

/**
 * Given to a shell on stdin, as the keeper: everything that the program finds beside its workspace. Ends with 3 when none of `programs` is in
 * the image.
 */
export function fillScript(parts: {
  environment: string;
  start: string;
  homeFiles: readonly HomeFile[];
  systemPrompt: string | null;
  programs: readonly string[];
}): string {
  const write = (path: string, content: string) => `printf %s ${shellQuote(content)} >${path} || exit 1\n`;
  const files = parts.homeFiles.map(({ content }, number) => write(`${guestHomeFiles}/${number}`, content)).join("");
  const found = parts.programs.map((name) => `command -v ${shellQuote(name)} >/dev/null`).join(" || ");
  return `umask 022
${write(guestFiles.environment, parts.environment)}${write(guestFiles.start, parts.start)}${files === "" ? "" : `mkdir ${guestHomeFiles} || exit 1\n${files}`}${parts.systemPrompt === null ? "" : write(guestSystemPrompt, parts.systemPrompt)}. ${guestFiles.environment}
${found} || exit 3
`;
}

/** For {@link insideScript}: more variables for one command, in a file of its own. */
export function moreEnvironmentPath(mark: string): string {
  return `${guestState}/environment-${mark}`;
}

/** Everything in the session of the process whose number is in the file; twice, for what is just being started. In /proc, as not every image has ps. */
const endSession = (pidFile: string) => `p=$(cat ${pidFile}) || exit 0
for i in 1 2; do for f in /proc/[0-9]*/stat; do
  read -r line <"$f" 2>/dev/null || continue
  set -- \${line##*) }
  f=\${f#/proc/}
  [ "$4" = "$p" ] && kill -9 "\${f%/stat}"
done; done 2>/dev/null`;

export type Inside = {
  client: readonly string[];
  container: string;
  user: string;
  cwd: string;
  /** Of this command alone. */
  mark: string;
  /** File inside with more variables, or empty. */
  environment: string;
  tty: boolean;
  argv: readonly string[];
};

/**
 * The engine does not end what runs inside when its client is killed. So somebody waits outside of the terminal: a word on the pipe means that
 * the command has ended by itself, its mere end that the client was killed.
 */
export function insideCommand({ client, container, user, cwd, mark, environment, tty, argv }: Inside): string[] {
  const docker = client.map(shellQuote).join(" ");
  const pidFile = `${guestOwn}/${mark}`;
  const end = `${endSession(pidFile)}; rm -f ${pidFile}`;
  const watcher = `read -r word || ${docker} exec --user ${user} ${container} /bin/sh -c ${shellQuote(end)}`;
  const script = `
if command -v setsid >/dev/null; then
  exec 4> >(exec setsid -f env -u CELLAR_TERMINAL_ID sh -c ${shellQuote(watcher)} >/dev/null 2>&1)
else exec 4>/dev/null; fi
${docker} exec --interactive ${tty ? `--tty --detach-keys ${fewKeys}` : ""} --user ${user} --workdir "$1" ${container} \\
  env -i /bin/sh ${guestFiles.inside} ${pidFile} ${shellQuote(environment)} "\${@:2}" 4>&4
s=$?
echo done >&4
exit $s
`;
  return ["bash", "--norc", "-p", "-c", script, "cellar", cwd, ...argv];
}
