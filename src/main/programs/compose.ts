/** The catalogue of agent programs: Cellar's own entries and the person's. */
import { join } from "node:path";
import { installationFolder } from "#node/installation.ts";
import { loginEnvironment, loginShell, refreshLoginEnvironment } from "#node/login-environment.ts";
import type { Ground } from "../ground.ts";
import { AgentPrograms } from "./service.ts";

export function composePrograms({ paths, database, subprocesses, ownExtensions }: Ground): AgentPrograms {
  return new AgentPrograms({
    builtinFolder: join(installationFolder, "resources", "agent-programs"),
    ownFile: join(paths.home, "agent-programs.toml"),
    readOwnFile: ownExtensions,
    database,
    loginEnvironment: async (fresh) => ({
      shell: loginShell(),
      env: await (fresh ? refreshLoginEnvironment() : loginEnvironment()),
    }),
    run: (command) => subprocesses.run(command),
  });
}
