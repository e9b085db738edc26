/**
 * Makes a launched program tell what it is doing: our script and a settings file of ours in Cellar's home, named to the program by flags and
 * environment as its catalogue entry says. The person's own configuration is not touched.
 */
import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { shellQuote } from "#node/shell-quote.ts";
import type { LaunchedAgent } from "#shared/activity/index.ts";
import type { LaunchableProgram } from "../programs/index.ts";
import type { EnclosedFile } from "./enclosure.ts";

export type HookPlaces = {
  /** The script that comes with Cellar. */
  script: string;
  /** Folder for its copy and the settings files: programs that run outlive the place where this version of Cellar lies. */
  folder: string;
  /** Where the terminal host takes hook events. */
  socket: string;
};

export type Hooked = {
  /** Put behind the program's fixed arguments. */
  arguments: string[];
  environment: Record<string, string>;
  agent: LaunchedAgent;
};

type Launched = { tokenDigest: string; prompted: boolean };

/** Null for the login shell: what a person does in it is theirs to know. */
export async function hooksFor(
  program: LaunchableProgram,
  places: HookPlaces,
  launch: Launched,
): Promise<Hooked | null> {
  if (isLoginShell(program)) return null;
  const hook = withSlashes(join(places.folder, "cellar-hook"));
  await provide(hook, await readFile(places.script), 0o700);
  const file = join(places.folder, `${program.id}.settings`);
  const settings = settingsFor(program, shellQuote(hook));
  if (settings !== null) await provide(file, settings, 0o600);
  const hooked = hookedWith(program, { hook, file }, launch);
  return { ...hooked, environment: { ...hooked.environment, CELLAR_HOOK_SOCKET: places.socket } };
}

/** The same for a program in an isolation, where the files have to be put first; where its events go is for the isolation to say. */
export async function hooksInside(
  program: LaunchableProgram,
  { script, home }: { script: string; home: string },
  launch: Launched,
): Promise<(Hooked & { files: EnclosedFile[] }) | null> {
  if (isLoginShell(program)) return null;
  const folder = ".cellar";
  const [hook, file] = ["cellar-hook", `${program.id}.settings`].map((name) => `${folder}/${name}`) as [string, string];
  const inside = (path: string) => posix.join(home, path);
  // Through the shell: a home need not allow that files in it are executed.
  const settings = settingsFor(program, `sh ${shellQuote(inside(hook))}`);
  const files: EnclosedFile[] = [{ path: hook, content: await readFile(script, "utf8"), executable: true }];
  if (settings !== null) files.push({ path: file, content: settings, executable: false });
  return { ...hookedWith(program, { hook: inside(hook), file: inside(file) }, launch), files };
}

function isLoginShell({ entry: { command } }: LaunchableProgram): boolean {
  return command[0] === "{shell}";
}

/** Content of the settings file; null for a program that has none. */
function settingsFor({ entry: { hooks } }: LaunchableProgram, hookCommand: string): string | null {
  return hooks?.file === undefined ? null : fill(hooks.file, { hook: inJson(hookCommand) });
}

function hookedWith(program: LaunchableProgram, paths: { hook: string; file: string }, launch: Launched): Hooked {
  const { hooks, signs } = program.entry;
  const put = (text: string) => fill(text, paths);
  return {
    arguments: hooks?.arguments.map(put) ?? [],
    environment: {
      ...Object.fromEntries(Object.entries(hooks?.environment ?? {}).map(([name, value]) => [name, put(value)])),
      CELLAR_HOOK: paths.hook,
    },
    agent: {
      tokenDigest: launch.tokenDigest,
      prompted: launch.prompted,
      speaks: hooks?.speaks ?? "cellar",
      // Codex's only say when a turn is complete: from their silence nothing follows.
      hooksExpected: hooks !== undefined && hooks.speaks !== "codex",
      ...signs,
    },
  };
}

/** The command line with the hooks' arguments; they stand where the entry's own do, so that no subcommand and no prompt is in front of them. */
export function withHooks(
  program: LaunchableProgram,
  argv: readonly string[] | null,
  hooked: Hooked | null,
): string[] | null {
  if (argv === null || hooked === null) return argv === null ? null : [...argv];
  const fixed = program.entry.command.length;
  return [...argv.slice(0, fixed), ...hooked.arguments, ...argv.slice(fixed)];
}

/** Writes the file when it is not as wanted, in one step: programs that are running may read it at any time. */
async function provide(path: string, content: string | Buffer, mode: number): Promise<void> {
  const wanted = Buffer.from(content as string);
  const there = await readFile(path).catch(() => null);
  if (there?.equals(wanted)) return;
  await mkdir(join(path, ".."), { recursive: true, mode: 0o700 });
  const fresh = `${path}.${process.pid}.new`;
  await writeFile(fresh, wanted, { mode });
  await chmod(fresh, mode);
  await rename(fresh, path);
}

/** Replaces each placeholder in one pass; what is put in is not looked at again. */
function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{([a-z]+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/** As every shell, TOML and JSON take it. */
function withSlashes(path: string): string {
  return process.platform === "win32" ? path.replaceAll("\\", "/") : path;
}

/** As a part of a JSON string. */
function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
