/** Where in its workspace a program starts. */
import { realpath, stat } from "node:fs/promises";
import { isAbsolute, join, sep } from "node:path";
import type { Workspace } from "#shared/contract/workspaces.ts";
import { Failure } from "#shared/failure.ts";

/** `folder` is relative to the workspace, empty for the workspace itself. Throws `invalid_input` when it leads out of it or is no folder. */
export async function startFolder({ name, path }: Pick<Workspace, "name" | "path">, folder: string): Promise<string> {
  if (folder === "") return path;
  const hint = `Give one from '${name}' on, such as packages/web.`;
  if (isAbsolute(folder)) throw new Failure("invalid_input", `${folder} is not a folder in '${name}'`, { hint });
  const wanted = join(path, folder).replace(/[\\/]+$/, "");
  const real = await realpath(wanted).catch(() => null);
  const found = real === null ? null : await stat(real).catch(() => null);
  if (real === null || found === null || !found.isDirectory()) {
    throw new Failure("invalid_input", `There is no folder ${folder} in '${name}'`, { hint });
  }
  const top = await realpath(path);
  if (real !== top && !real.startsWith(top + sep)) {
    throw new Failure("invalid_input", `${folder} leads out of '${name}'`, { hint });
  }
  return wanted;
}
