/** Where a program is: on the PATH that was given, never in the working directory and never through a relative entry of PATH. */
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

export type Environment = Readonly<Record<string, string>>;

/** Absolute path of `program`, or null. A repository that carries a `git.exe` is not asked, whatever directory is current. */
export function findProgram(program: string, env: Environment): string | null {
  if (isAbsolute(program)) return isExecutable(program) ? program : null;
  if (/[\\/]/.test(program)) return null;
  for (const directory of searchPath(env).split(delimiter)) {
    if (!isAbsolute(directory)) continue;
    for (const extension of extensions(program, env)) {
      const path = join(directory, program + extension);
      if (isExecutable(path)) return path;
    }
  }
  return null;
}

function searchPath(env: Environment): string {
  if (process.platform !== "win32") return env["PATH"] ?? "/usr/local/bin:/usr/bin:/bin";
  const key = Object.keys(env).find((name) => name.toUpperCase() === "PATH");
  return key === undefined ? "" : (env[key] ?? "");
}

function extensions(program: string, env: Environment): string[] {
  if (process.platform !== "win32") return [""];
  const known = (env["PATHEXT"] ?? ".COM;.EXE").split(";").filter((extension) => /^\.(com|exe)$/i.test(extension));
  return /\.(com|exe)$/i.test(program) ? [""] : known;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
