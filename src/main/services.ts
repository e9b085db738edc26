/**
 * The one composition root: composes all domains, hands each what it needs of the others, and joins their parts of the contract.
 * How a domain is made of its parts is said in its `compose.ts`; which there are, and in which order they begin and end, is said here.
 * Electron's entry and browser mode both start here and differ only in the {@link Desktop} they bring.
 */
import { join } from "node:path";
import { keepMemoryOutOfCores } from "#node/core-dumps.ts";
import { takeExclusiveLock } from "#node/exclusive-lock.ts";
import { type Log, openLog } from "#node/log.ts";
import type { CellarPaths } from "#node/paths.ts";
import { Failure } from "#shared/failure.ts";
import { activitiesProcedures, composeActivities, composeBottleHooks } from "./activity/index.ts";
import { appProcedures, composeApp, type Layouts, type Leaving, type WindowRequests } from "./app/index.ts";
import { bottlesProcedures, composeBottles } from "./bottles/index.ts";
import { brokerProcedures, composeBroker } from "./broker/index.ts";
import { type CrashReports, composeCrashReports, crashReportsProcedures, watchHost } from "./crash-reports/index.ts";
import type { Desktop } from "./desktop.ts";
import { Endings } from "./endings.ts";
import { composeGateways, gatewayProcedures } from "./gateway/index.ts";
import { composeGitGates, gitGateProcedures } from "./git-gate/index.ts";
import { composeJobs, jobProcedures } from "./jobs/index.ts";
import { composeLaunches, launchesProcedures } from "./launches/index.ts";
import { layGround } from "./lay-ground.ts";
import { composeMcp, mcpProcedures } from "./mcp/index.ts";
import { composeNotifications, notificationsProcedures } from "./notifications/index.ts";
import { composePrograms, programsProcedures } from "./programs/index.ts";
import { type SettingsService, settingsProcedures } from "./settings/index.ts";
import { composeBottleSupervise, composeProposals, superviseProcedures } from "./supervise/index.ts";
import { cellsProcedures, composeTerminals, terminalStreams, terminalsProcedures } from "./terminals/index.ts";
import { type AcceptMcp, serveHomeSocket } from "./transport/home-socket.ts";
import { implementing } from "./transport/implementing.ts";
import type { Uploads } from "./transport/loopback.ts";
import { type Port, serveRpcPort, serveTerminalPort } from "./transport/message-port.ts";
import type { Router } from "./transport/router.ts";
import { RpcServer } from "./transport/rpc.ts";
import type { TerminalStreams, TerminalView } from "./transport/terminal-stream.ts";
import { composeUpdates, updatesProcedures } from "./updates/index.ts";
import { composeVault, vaultProcedures } from "./vault/index.ts";
import { composeWorkspaces, workspaceProcedures } from "./workspaces/index.ts";

/** Another main serves this home already. */
export class AlreadyRunning extends Failure {
  constructor() {
    super("conflict", "Cellar already runs for this home", { hint: "Use its window, or end it first." });
  }
}

export type ServicesParts = {
  paths: CellarPaths;
  desktop: Desktop;
  version: string;
  /** False: the person's own agent programs, providers and manifests are left alone, so that a start with a mistake in them can be mended. */
  ownExtensions?: boolean;
};

export type Services = {
  /** The contract as every transport serves it. */
  readonly rpc: RpcServer;
  readonly terminalStreams: TerminalStreams;
  readonly uploads: Uploads;
  readonly settings: SettingsService;
  readonly crashReports: CrashReports;
  /** What the desktop asks a window to show. */
  readonly requests: WindowRequests;
  readonly layouts: Layouts;
  readonly log: Log;
  /** Whether there is a workspace of this id. */
  hasWorkspace(id: string): boolean;
  /** What quitting would end, and ending all of it. */
  readonly leaving: Leaving;
  /** For so many minutes nothing is shown outside the window; 0 ends a pause. */
  pauseNotifications(minutes: number): void;
  /** What Electron's windows are given their ports from. */
  readonly ports: {
    rpc(port: Port): void;
    terminal(port: Port, view: TerminalView): void;
  };
  /** The computer has slept: what is elsewhere is asked again at once, and what should have happened meanwhile happens once. */
  woke(): void;
  /** The person has locked their screen. */
  screenLocked(): void;
  /** Main is to end because the system does: nothing is begun on the way out. */
  systemEnds(): void;
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
  const endings = new Endings();
  endings.add(() => lock.release());
  try {
    return await compose(parts, endings);
  } catch (thrown) {
    await endings.run();
    // Whoever is shown that nothing came up is shown the log as well.
    const log = openLog(join(parts.paths.logs, "main.log"));
    log.error({ err: thrown }, "services could not be started");
    throw thrown;
  }
}

/** How long main's end waits for calls that are under way. */
const callPatienceMs = 3_000;

/** From the first line to the last, each domain begins after what it stands on; {@link Endings} ends them the other way round. */
async function compose(
  { paths, desktop, version, ownExtensions = true }: ServicesParts,
  endings: Endings,
): Promise<Services> {
  keepMemoryOutOfCores();
  const ground = layGround({ paths, desktop, version, ownExtensions, endings });
  const { settings, log, logPath, failed } = ground;
  const vault = composeVault(ground);
  const crashReports = composeCrashReports(ground, vault);
  const { gateways, bottleGateways } = composeGateways(ground, vault);
  const { broker, bottleBroker } = composeBroker(ground, vault);
  const { host, terminals } = composeTerminals(ground, {
    workspaceFolder: async (id) => (await workspaces.ready(id)).path,
    inherit: (wanted) => inside.inherit(wanted),
  });
  watchHost(crashReports, terminals);
  const activities = composeActivities(ground, terminals);
  // Not waited for: the host starts while the rest is composed.
  terminals.connect();
  const jobs = composeJobs(ground);
  const { gitGates, bottleGitGates } = composeGitGates(ground, vault);
  const workspaces = composeWorkspaces(ground, { jobs, terminals });
  const programs = composePrograms(ground);
  const launches = composeLaunches(ground, { programs, workspaces, terminals, mcpUrl: () => mcp.url });
  const proposals = composeProposals(ground, { gateways, launches, bottles: () => bottles });
  const bottleHooks = composeBottleHooks(ground, launches);
  const bottleSupervise = composeBottleSupervise(ground, {
    proposals,
    gateways,
    bottles: () => bottles,
    mcp: () => mcp,
  });
  const { bottles, inside, cleanup } = composeBottles(ground, {
    vault,
    launches,
    programs,
    workspaces,
    terminals,
    services: [bottleBroker, bottleHooks, bottleSupervise, bottleGateways, bottleGitGates],
  });
  proposals.start();
  const mcp = composeMcp(ground, { host, terminals, launches, workspaces });
  const updates = composeUpdates(ground, terminals);
  updates.start(() => settings.settings.updateCheck);
  const notices = [...ground.notices, ...vault.notices, ...gateways.notices];
  const app = composeApp(ground, { host, terminals, bottles, jobs, proposals, workspaces, notices });
  const { workspaceName, show } = app;
  const notifications = composeNotifications(ground, {
    host,
    terminals,
    activities,
    jobs,
    gateways,
    broker,
    bottles,
    proposals,
    gitGates,
    workspaceName,
    show,
  });

  const router: Router = implementing.router({
    app: appProcedures(app),
    settings: settingsProcedures(settings),
    activities: activitiesProcedures(activities),
    terminals: terminalsProcedures(terminals, host),
    cells: cellsProcedures(terminals, host),
    jobs: jobProcedures(jobs),
    workspaces: workspaceProcedures(workspaces),
    programs: programsProcedures(programs, desktop),
    launches: launchesProcedures(launches),
    bottles: bottlesProcedures(bottles, inside, cleanup),
    mcp: mcpProcedures(mcp),
    crashReports: crashReportsProcedures(crashReports),
    notifications: notificationsProcedures(notifications),
    vault: vaultProcedures(vault),
    gateway: gatewayProcedures(gateways),
    broker: brokerProcedures(broker),
    supervise: superviseProcedures(proposals),
    gitGate: gitGateProcedures(gitGates),
    updates: updatesProcedures(updates),
  });
  const rpc = new RpcServer(router, log, logPath);
  const streams = terminalStreams(host);
  await mcp.start();
  const acceptMcp: AcceptMcp = (socket, token) => void mcp.connect(socket, token);
  // After their connections are closed, and before anything they use is.
  endings.add(() => rpc.settled(callPatienceMs));
  const homeSocket = await serveHomeSocket(rpc, acceptMcp, paths.mainSocket);
  endings.add(() => homeSocket.close());
  jobs.recover();
  void vault.start();
  // Not waited for: it looks at every workspace's folder, and one may lie on a network that is not there.
  workspaces.start().catch((error: unknown) => failed(error, "looking at the workspaces"));
  for (const { owner, problem } of await broker.restore()) {
    log.warn({ owner, problem }, "a broker could not be opened again");
  }
  bottles.restore().catch((error: unknown) => failed(error, "joining the bottles again"));
  log.info({ version, home: paths.home, face: desktop.face }, "services started");

  return {
    rpc,
    terminalStreams: streams,
    uploads: workspaces.uploads,
    settings,
    crashReports,
    requests: app.requests,
    layouts: app.layouts,
    log,
    hasWorkspace: app.hasWorkspace,
    leaving: app.leaving,
    ports: {
      rpc: (port) => serveRpcPort(rpc, port),
      terminal: (port, view) => void serveTerminalPort(streams, port, view),
    },
    pauseNotifications: (minutes) => void notifications.pause(minutes),
    woke: () => {
      vault.watchIdle();
      bottles.askAgainNow();
      updates.woke();
    },
    screenLocked: () => {
      if (settings.settings.vaultLockWithScreen) vault.screenLocked();
    },
    systemEnds: () => updates.leaveInPlace(),
    stop: () => endings.run(),
  };
}
