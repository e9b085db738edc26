/** Workspaces, made by jobs and removed with their terminals. */
import { realpathSync } from "node:fs";
import { homedir } from "node:os";
import type { Ground } from "../ground.ts";
import type { JobService } from "../jobs/index.ts";
import { type TerminalService, workspaceTerminals } from "../terminals/index.ts";
import { workspaceRepository } from "./repository.ts";
import { WorkspaceService } from "./service.ts";

export function composeWorkspaces(
  { paths, database, git, settings, endings }: Ground,
  { jobs, terminals }: { jobs: JobService; terminals: TerminalService },
): WorkspaceService {
  const workspaces = new WorkspaceService({
    repository: workspaceRepository(database),
    jobs,
    git,
    terminals: workspaceTerminals(terminals),
    folders: {
      cellarHome: paths.home,
      get workspaces() {
        return settings.settings.workspacesFolder || paths.workspaces;
      },
      userHome: realpathSync(homedir()),
    },
  });
  endings.add(() => workspaces.close());
  return workspaces;
}
