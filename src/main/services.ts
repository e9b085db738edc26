/**
 * The one composition root: makes the services of all domains, hands each what it needs, and joins their parts of the contract.
 * Electron's entry and browser mode both start here and differ only in the {@link Desktop} they bring.
 */
import { join } from "node:path";
import { takeExclusiveLock } from "#node/exclusive-lock.ts";
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
import { serveHomeSocket } from "./transport/home-socket.ts";
import { implementing } from "./transport/implementing.ts";
import type { Uploads } from "./transport/loopback.ts";
import { type Port, serveRpcPort, serveTerminalPort } from "./transport/message-port.ts";
import { RpcServer } from "./transport/rpc.ts";
import type { TerminalStreams, TerminalView } from "./transport/terminal-stream.ts";

/** Another main serves this home already. */
export class AlreadyRunning extends Failure {
  constructor() {
    super("conflict", "Cellar already runs for this home", { hint: "Use its window, or end it first." });
  }
}

export type ServicesParts = { paths: CellarPaths; desktop: Desktop; version: string };

export type Services = {
  readonly router: Router;
  /** The router as every transport serves it. */
  readonly rpc: RpcServer;
  readonly terminalStreams: TerminalStreams;
  readonly uploads: Uploads;
  readonly settings: SettingsService;
  /** What the desktop asks a window to show. */
  readonly requests: WindowRequests;
  /** For so many minutes nothing is shown outside the window; 0 ends a pause. */
  pauseNotifications(minutes: number): void;
  /** What Electron's windows are given their ports from. */
  readonly ports: {
    rpc(port: Port): void;
    terminal(port: Port, view: TerminalView): void;
  };
  /** Ends what main owns; terminals go on in their host. */
  stop(): Promise<void>;
};

/**
 * Takes the home (throws {@link AlreadyRunning} when another main has it), starts everything, and serves the contract on the home's socket.
 * When it throws, nothing is left running.
 */
export async function startServices(parts: ServicesParts): Promise<Services> {
  const lock = takeExclusiveLock(join(parts.paths.home, "main.lock"));
  if (lock === null) throw new AlreadyRunning();
  const closing: Closing = [() => lock.release()];
  try {
    return await compose(parts, closing);
  } catch (thrown) {
    await closeAll(closing);
    throw thrown;
  }
}

/** What has to be ended, in the order it was started. */
type Closing = (() => unknown)[];

/** Ends what was started last first; one that fails does not keep the others from it. */
async function closeAll(closing: Closing): Promise<void> {
  for (let close = closing.pop(); close !== undefined; close = closing.pop()) {
    try {
      await close();
    } catch (error) {
      console.error("while ending:", error);
    }
  }
}

async function compose({ paths, desktop, version }: ServicesParts, closing: Closing): Promise<Services> {
  const logPath = join(paths.logs, "main.log");
  const log = openLog(logPath);
  closing.push(() => log.info("services stopped"));
  const settings = new SettingsService(paths.settings);
  closing.push(() => settings.close());
  const notices = [...settings.notices];
  const host = new TerminalHostClient(paths, { name: `cellar ${desktop.face}`, version, events: true });
  closing.push(() => host.close());
  const failed = (error: unknown, what: string) => log.warn({ err: error }, what);
  const terminals = new TerminalService({
    client: host,
    workspaceFolder: (id) => {
      throw new Failure("not_found", `there is no workspace ${id}`);
    },
    failed,
  });
  closing.push(() => terminals.close());
  closing.push(configureHost(host, settings, (error) => failed(error, "configuring the terminal host")));
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
  const rpc = new RpcServer(router, log, logPath);
  const streams = terminalStreams(host);
  const homeSocket = await serveHomeSocket(rpc, paths.mainSocket);
  closing.push(() => homeSocket.close());
  log.info({ version, home: paths.home, face: desktop.face }, "services started");

  return {
    router,
    rpc,
    terminalStreams: streams,
    uploads: {
      receive: async () => {
        throw new Failure("unavailable", "uploads are not part of this version");
      },
    },
    settings,
    requests,
    ports: {
      rpc: (port) => serveRpcPort(rpc, port),
      terminal: (port, view) => void serveTerminalPort(streams, port, view),
    },
    pauseNotifications: (minutes) => {
      const notifyPausedUntil = minutes === 0 ? null : new Date(Date.now() + minutes * 60_000).toISOString();
      settings.change({ notifyPausedUntil });
    },
    stop: () => closeAll(closing),
  };
}
