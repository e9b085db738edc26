/** The program itself, over everything that can be left running. */
import type { WindowRequest } from "#shared/contract/app.ts";
import type { TerminalHostClient } from "#terminal-host/client/index.ts";
import type { Bottles } from "../bottles/index.ts";
import type { Ground } from "../ground.ts";
import type { JobService } from "../jobs/index.ts";
import type { Proposals } from "../supervise/index.ts";
import { TerminalHostControl, type TerminalService } from "../terminals/index.ts";
import type { WorkspaceService } from "../workspaces/index.ts";
import { Layouts } from "./layout.ts";
import { Leaving } from "./leaving.ts";
import type { AppParts } from "./procedures.ts";
import { WindowRequests } from "./window-requests.ts";

export type AppNeeds = {
  host: TerminalHostClient;
  terminals: TerminalService;
  bottles: Bottles;
  jobs: JobService;
  proposals: Proposals;
  workspaces: WorkspaceService;
  notices: readonly string[];
};

export type App = AppParts & {
  leaving: Leaving;
  /** Null when there is no such workspace. */
  workspaceName(id: string): string | null;
  /** Brings a window to the front that shows it. */
  show(request: WindowRequest, workspaceId: string | null): void;
};

export function composeApp({ paths, desktop, version }: Ground, needs: AppNeeds): App {
  const { host, terminals, bottles, jobs, proposals, workspaces, notices } = needs;
  const workspace = (id: string) => workspaces.list().find((each) => each.id === id);
  const workspaceName = (id: string) => workspace(id)?.name ?? null;
  const requests = new WindowRequests();
  return {
    desktop,
    host: new TerminalHostControl(host),
    version,
    home: paths.home,
    requests,
    layouts: new Layouts(paths.home),
    hasWorkspace: (id) => workspace(id) !== undefined,
    notices,
    leaving: new Leaving({
      terminals,
      bottles,
      jobs: () => jobs.jobs(),
      proposals: () => proposals.list.values(),
      workspaceName,
    }),
    workspaceName,
    show: (request, workspaceId) => {
      const window = desktop.windowFor(workspaceId);
      requests.push(request, window);
      void desktop.openWindow(window);
    },
  };
}
