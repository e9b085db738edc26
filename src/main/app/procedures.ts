/** The program's own part of the contract: what it is, and the few things only the desktop can do. */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { loginShell } from "#node/login-environment.ts";
import type { AppInfo, HostStatus } from "#shared/contract/app.ts";
import { Failure } from "#shared/failure.ts";
import type { Desktop } from "../desktop.ts";
import { latest } from "../latest.ts";
import { implementing } from "../transport/implementing.ts";
import type { Layouts } from "./layout.ts";
import { linkToOpen } from "./links.ts";
import type { WindowRequests } from "./window-requests.ts";

/** The terminal host as this domain shows it. */
export type HostControl = {
  readonly status: HostStatus;
  /** Calls back after each change; returns what ends it. */
  onStatus(changed: () => void): () => void;
  restart(): Promise<HostStatus>;
};

export type AppParts = {
  desktop: Desktop;
  host: HostControl;
  version: string;
  home: string;
  requests: WindowRequests;
  layouts: Layouts;
  hasWorkspace(id: string): boolean;
  /** What happened at start, in sentences. */
  notices: readonly string[];
};

export function appProcedures({ desktop, host, version, home, requests, layouts, hasWorkspace, notices }: AppParts) {
  const info = (): AppInfo => ({
    name: "Cellar",
    version,
    home,
    pid: process.pid,
    platform: process.platform,
    face: desktop.face,
    userHome: homedir(),
    shell: loginShell(),
    notices: [...notices],
  });
  return implementing.app.router({
    info: implementing.app.info.handler(info),
    watchHost: implementing.app.watchHost.handler(({ signal }) =>
      latest(
        () => host.status,
        (changed) => host.onStatus(changed),
        signal,
      ),
    ),
    restartHost: implementing.app.restartHost.handler(() => host.restart()),
    pickFolder: implementing.app.pickFolder.handler(async () => ({ path: await desktop.pickFolder() })),
    openLink: implementing.app.openLink.handler(async ({ input }) => {
      await desktop.openLink(linkToOpen(input.url));
      return {};
    }),
    watchDesktop: implementing.app.watchDesktop.handler(({ signal }) =>
      latest(
        () => desktop.system.state,
        (changed) => desktop.system.onChange(changed),
        signal,
      ),
    ),
    clipboardText: implementing.app.clipboardText.handler(async ({ context }) => {
      if (context.connection.caller !== "window") {
        throw new Failure("refused", "only a window may ask for the clipboard");
      }
      return { text: await desktop.clipboardText() };
    }),
    reveal: implementing.app.reveal.handler(async ({ input }) => {
      if (!existsSync(input.path)) throw new Failure("not_found", `${input.path} does not exist`);
      await desktop.reveal(input.path);
      return {};
    }),
    openWindow: implementing.app.openWindow.handler(async ({ input, context }) => {
      if (context.connection.caller !== "socket") {
        throw new Failure("refused", "only the command line may ask for the address of a window");
      }
      const shown = input.show !== undefined && requests.watched;
      const window = desktop.windowFor(input.show?.type === "workspace" ? input.show.workspaceId : null);
      if (input.show !== undefined) requests.push(input.show, window);
      return { url: await desktop.openWindow(window), shown };
    }),
    offerWorkspaces: implementing.app.offerWorkspaces.handler(async ({ input }) => {
      const shown = requests.watched || desktop.face === "electron";
      const window = desktop.windowFor(null);
      requests.push({ type: "dropped", paths: input.sources }, window);
      await desktop.openWindow(window);
      return { shown };
    }),
    layout: implementing.app.layout.handler(async ({ input }) => ({ layout: await layouts.read(input.window) })),
    saveLayout: implementing.app.saveLayout.handler(async ({ input }) => {
      await layouts.save(input.window, input.layout);
      return {};
    }),
    watchRequests: implementing.app.watchRequests.handler(({ input, signal }) => requests.watch(input.window, signal)),
    newWindow: implementing.app.newWindow.handler(({ input }) => {
      if (input.workspaceId !== null && !hasWorkspace(input.workspaceId)) {
        throw new Failure("not_found", `there is no workspace ${input.workspaceId}`);
      }
      desktop.newWindow(input.workspaceId);
      return {};
    }),
    zoom: implementing.app.zoom.handler(({ input }) => ({ percent: desktop.zoom(input.window, input.change) })),
    windowUsable: implementing.app.windowUsable.handler(({ input }) => {
      desktop.windowUsable(input.window);
      return {};
    }),
    windowFacts: implementing.app.windowFacts.handler(({ input }) => {
      desktop.windowFacts(input.window, input.facts);
      return {};
    }),
    quit: implementing.app.quit.handler(() => {
      // After the answer has left: a caller wants to know that it was heard.
      setImmediate(() => desktop.quit());
      return {};
    }),
  });
}
