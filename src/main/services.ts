/**
 * The one composition root: makes the services of all domains, hands each what it needs, and joins their parts of the contract.
 * Electron's entry and browser mode both start here and differ only in the {@link Desktop} they bring.
 */
import { join } from "node:path";
import { openLog } from "#node/log.ts";
import type { CellarPaths } from "#node/paths.ts";
import { Failure } from "#shared/failure.ts";
import { TerminalHostClient } from "#terminal-host/client/index.ts";
import { appProcedures, WindowRequests } from "./app/index.ts";
import type { Desktop } from "./desktop.ts";
import { notYet } from "./not-yet.ts";
import type { Router } from "./router.ts";
import { SettingsService, settingsProcedures } from "./settings/index.ts";
import {
  cellsProcedures,
  configureHost,
  TerminalHostControl,
  TerminalService,
  terminalStreams,
  terminalsProcedures,
} from "./terminals/index.ts";
import { implementing } from "./transport/implementing.ts";
import type { Uploads } from "./transport/loopback.ts";
import { RpcServer } from "./transport/rpc.ts";
import type { TerminalStreams } from "./transport/terminal-stream.ts";

export type ServicesParts = { paths: CellarPaths; desktop: Desktop; version: string };

export type Services = {
  readonly router: Router;
  /** The router behind every transport. */
  readonly rpc: RpcServer;
  readonly terminalStreams: TerminalStreams;
  readonly uploads: Uploads;
  readonly settings: SettingsService;
  /** What the desktop asks a window to show. */
  readonly requests: WindowRequests;
  /** Ends what main owns; terminals go on in their host. */
  stop(): Promise<void>;
};

export async function startServices({ paths, desktop, version }: ServicesParts): Promise<Services> {
  const logPath = join(paths.logs, "main.log");
  const log = openLog(logPath);
  const settings = new SettingsService(paths.settings);
  const notices = [...settings.notices];
  const host = new TerminalHostClient(paths, { name: `cellar ${desktop.face}`, version, events: true });
  const failed = (error: unknown, what: string) => log.warn({ err: error }, what);
  const terminals = new TerminalService({
    client: host,
    workspaceFolder: (id) => {
      throw new Failure("not_found", `there is no workspace ${id}`);
    },
    failed,
  });
  const stopConfiguring = configureHost(host, settings, (error) => failed(error, "configuring the terminal host"));
  terminals.connect();

  const requests = new WindowRequests();
  const router: Router = implementing.router({
    app: appProcedures({ desktop, host: new TerminalHostControl(host), version, home: paths.home, requests, notices }),
    settings: settingsProcedures(settings),
    terminals: terminalsProcedures(terminals, host),
    cells: cellsProcedures(terminals, host),
    jobs: notYet("jobs"),
    workspaces: notYet("workspaces"),
    programs: notYet("programs"),
    launches: notYet("launches"),
    notifications: notYet("notifications"),
  });
  log.info({ version, home: paths.home, face: desktop.face }, "services started");

  return {
    router,
    rpc: new RpcServer(router, log, logPath),
    terminalStreams: terminalStreams(host),
    uploads: {
      receive: async () => {
        throw new Failure("unavailable", "uploads are not part of this version");
      },
    },
    settings,
    requests,
    stop: async () => {
      stopConfiguring();
      terminals.close();
      host.close();
      settings.close();
      log.info("services stopped");
      log.flush();
    },
  };
}
