/** Finds a program on the PATH of the person's login shell, as that shell would, without running anything. */
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, extname, isAbsolute, join } from "node:path";

/** What the login shell sets up: `#node/login-environment.ts` gives it. */
export type LoginEnvironment = { shell: string; env: Readonly<Record<string, string>> };

/** Absolute path of `program`, or null. A path is taken as it is; relative places on PATH are left out, because they depend on the directory. */
export async function findProgram(program: string, env: Readonly<Record<string, string>>): Promise<string | null> {
  if (isAbsolute(program)) return (await runnable(program, env)) ?? null;
  if (program.includes("/") || program.includes("\\")) return null;
  for (const directory of searchPath(env)) {
    if (!isAbsolute(directory)) continue;
    const found = await runnable(join(directory, program), env);
    if (found) return found;
  }
  return null;
}

function searchPath(env: Readonly<Record<string, string>>): string[] {
  // Windows spells it `Path`, and does not care.
  const name = Object.keys(env).find(
    (key) => key === "PATH" || (process.platform === "win32" && key.toUpperCase() === "PATH"),
  );
  return (name === undefined ? "" : (env[name] ?? "")).split(delimiter).filter((directory) => directory !== "");
}

async function runnable(path: string, env: Readonly<Record<string, string>>): Promise<string | null> {
  for (const candidate of candidates(path, env)) {
    try {
      if (!(await stat(candidate)).isFile()) continue;
      await access(candidate, constants.X_OK);
      return candidate;
    } catch {}
  }
  return null;
}

function candidates(path: string, env: Readonly<Record<string, string>>): string[] {
  if (process.platform !== "win32") return [path];
  const extensions = (env["PATHEXT"] ?? ".COM;.EXE;.BAT;.CMD").split(";").filter((extension) => extension !== "");
  const own = extname(path).toUpperCase();
  return extensions.some((extension) => extension.toUpperCase() === own)
    ? [path]
    : extensions.map((extension) => path + extension.toLowerCase());
}
