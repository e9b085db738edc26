/**
 * What of the host a program needs to run: the file itself, the links that lead to it, its package, and its interpreter with that one's
 * installation. Read-only and exact: a program that lies in the person's home brings its own folder in, not the home.
 */
import { open, readlink, realpath, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, resolve, sep } from "node:path";
import { findProgram } from "#node/find-program.ts";

/** Folders every bottle sees anyway, wholly and read-only. */
export const systemFolders = ["/usr", "/bin", "/sbin", "/lib", "/lib64", "/nix/store", "/gnu/store"] as const;

export type ProgramFolders = {
  /** Real paths of files and folders, none inside another. */
  paths: string[];
  /** Links on the way: where they are, and what they say. */
  links: { at: string; target: string }[];
  /** Folders in which the program and its interpreters are found by name, for PATH. */
  bins: string[];
};

/** Longest chain of links, as the kernel has it. */
const mostLinks = 40;
/** A first line longer than this is no shebang (BINPRM_BUF_SIZE is 256). */
const shebangBytes = 256;
/** A script whose interpreter is a script whose …: nobody nests deeper. */
const mostInterpreters = 4;

/** Throws when the program is not there. `home`: the person's, which is never taken as a whole. */
export async function programFolders(
  program: string,
  env: Readonly<Record<string, string>>,
  home: string,
): Promise<ProgramFolders> {
  const folders: ProgramFolders = { paths: [], links: [], bins: [] };
  let next: string | null = program;
  for (let depth = 0; next !== null && depth < mostInterpreters; depth++) {
    const real = await follow(next, folders);
    add(folders, await installationOf(real, home));
    folders.bins.push(dirname(next));
    next = await interpreterOf(real, env);
  }
  folders.bins = [...new Set(folders.bins)];
  return folders;
}

/** Real path of a file; notes every link that is not in a system folder. */
async function follow(path: string, folders: ProgramFolders): Promise<string> {
  let at = path;
  for (let count = 0; count < mostLinks; count++) {
    // A link may also be one of the folders above: their real place is where things are, and the spelt one leads there.
    const parent = await realpath(dirname(at));
    if (parent !== dirname(at)) note(folders, dirname(at), parent);
    at = join(parent, basename(at));
    const target = await readlink(at).catch(() => null);
    if (target === null) return at;
    note(folders, at, target);
    at = isAbsolute(target) ? target : resolve(parent, target);
  }
  return realpath(path);
}

function note(folders: ProgramFolders, at: string, target: string): void {
  if (inSystem(at) || folders.links.some((link) => link.at === at)) return;
  folders.links.push({ at, target });
}

/**
 * The smallest folder that holds all of the program: its package for one that was installed by a package manager of JavaScript, the version's
 * folder for one with a `bin` and a `lib`, else the file alone.
 */
async function installationOf(real: string, home: string): Promise<string | null> {
  if (inSystem(real)) return null;
  const parts = real.split(sep);
  const modules = parts.indexOf("node_modules");
  if (modules > 0) {
    // Installed globally, a package carries what it needs below itself; elsewhere that lies beside it.
    const global = parts[modules - 1] === "lib";
    const scoped = parts[modules + 1]?.startsWith("@") === true;
    return parts.slice(0, global ? modules + (scoped ? 3 : 2) : modules + 1).join(sep);
  }
  const folder = dirname(real);
  if (basename(folder) === "bin") {
    const prefix = dirname(folder);
    const wide = [home, join(home, ".local"), "/", "/opt", "/home", "/root"].includes(prefix);
    if (!wide && (await stat(join(prefix, "lib")).catch(() => null))?.isDirectory()) return prefix;
  }
  return real;
}

/** Full path of what a script's first line names, through `env` where that is used; null for a binary or an interpreter that is not there. */
async function interpreterOf(file: string, env: Readonly<Record<string, string>>): Promise<string | null> {
  const handle = await open(file, "r");
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(shebangBytes), 0, shebangBytes, 0);
    const line = buffer.subarray(0, bytesRead).toString("latin1").split("\n")[0]!;
    const [, program, rest = ""] = /^#!\s*(\S+)\s*(.*)$/.exec(line) ?? [];
    if (program === undefined) return null;
    if (basename(program) !== "env") return findProgram(program, env);
    const named = rest.split(/\s+/).find((word) => word !== "" && !word.startsWith("-") && !word.includes("="));
    return named === undefined ? null : findProgram(named, env);
  } finally {
    await handle.close();
  }
}

function add(folders: ProgramFolders, path: string | null): void {
  if (path === null || folders.paths.some((each) => path === each || path.startsWith(each + sep))) return;
  folders.paths = [...folders.paths.filter((each) => !each.startsWith(path + sep)), path];
}

export function inSystem(path: string): boolean {
  return systemFolders.some((folder) => path === folder || path.startsWith(folder + sep));
}
