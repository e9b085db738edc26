/** Launches, with the places through which programs tell what they do. */
import { join } from "node:path";
import { installationFolder } from "#node/installation.ts";
import type { Ground } from "../ground.ts";
import { Launches, type LaunchesParts } from "./service.ts";

export function composeLaunches(
  { paths, database, settings, log, endings }: Ground,
  parts: Pick<LaunchesParts, "programs" | "workspaces" | "terminals" | "mcpUrl">,
): Launches {
  const launches = new Launches({
    ...parts,
    database,
    settings,
    hooks: {
      script: join(installationFolder, "resources", "bin", "cellar-hook"),
      folder: join(paths.home, "hooks"),
      socket: paths.agentsSocket,
    },
    promptFolder: join(paths.home, "launches"),
    log,
  });
  endings.add(() => launches.close());
  return launches;
}
