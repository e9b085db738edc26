/**
 * The one composition root: makes the services of all domains, hands each what it needs, and joins their parts of the contract.
 * Electron's entry and browser mode both start here and differ only in the {@link Desktop} they bring.
 */
import { realpathSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { keepMemoryOutOfCores } from "#node/core-dumps.ts";
import { takeExclusiveLock } from "#node/exclusive-lock.ts";
import { Git } from "#node/git/index.ts";
import { installationFolder, isPacked, ownDescription } from "#node/installation.ts";
import { type Log, openLog } from "#node/log.ts";
import { loginEnvironment, loginShell, refreshLoginEnvironment } from "#node/login-environment.ts";
import type { CellarPaths } from "#node/paths.ts";
import { Subprocesses } from "#node/subprocess.ts";
import type { WindowRequest } from "#shared/contract/app.ts";
import { Failure } from "#shared/failure.ts";
import { TerminalHostClient } from "#terminal-host/client/index.ts";
import { Activities, activitiesProcedures, BottleHooks } from "./activity/index.ts";
import { appProcedures, Layouts, Leaving, WindowRequests } from "./app/index.ts";
import {
  Bottles,
  Bubblewrap,
  bottlesProcedures,
  Cleanup,
  Docker,
  Inside,
  JoinedServices,
  OpenSandbox,
  readGitConfig,
  Smolmachines,
} from "./bottles/index.ts";
import { BottleBroker, Broker, brokerProcedures, readProviders } from "./broker/index.ts";
import {
  CrashReports,
  crashReportsProcedures,
  secretsOfEnvironment,
  surroundings,
  watchProcess,
} from "./crash-reports/index.ts";
import type { Desktop } from "./desktop.ts";
import { Dialer } from "./egress/index.ts";
import { BottleGateways, Gateways, gatewayProcedures } from "./gateway/index.ts";
import { BottleGitGates, GitGates, gitGateProcedures } from "./git-gate/index.ts";
import { JobService, jobProcedures, jobRepository } from "./jobs/index.ts";
import { Launches, launchesProcedures } from "./launches/index.ts";
import { Mcp, mcpProcedures } from "./mcp/index.ts";
import { hasPanel, Notifications, notificationsProcedures } from "./notifications/index.ts";
import { AgentPrograms, programsProcedures } from "./programs/index.ts";
import type { Router } from "./router.ts";
import { SettingsService, settingsProcedures } from "./settings/index.ts";
import { openCellarStore } from "./store/index.ts";
import { BottleSupervise, Proposals, superviseProcedures } from "./supervise/index.ts";
import {
  cellsProcedures,
  configureHost,
  finalStates,
  HandOver,
  TerminalHostControl,
  TerminalService,
  terminalStreams,
  terminalsProcedures,
  workspaceTerminals,
} from "./terminals/index.ts";
import { type AcceptMcp, serveHomeSocket } from "./transport/home-socket.ts";
import { implementing } from "./transport/implementing.ts";
import type { Uploads } from "./transport/loopback.ts";
import { type Port, serveRpcPort, serveTerminalPort } from "./transport/message-port.ts";
import { RpcServer } from "./transport/rpc.ts";
import type { TerminalStreams, TerminalView } from "./transport/terminal-stream.ts";
import { installationOf, Updates, updatesProcedures } from "./updates/index.ts";
import { Vault, vaultProcedures } from "./vault/index.ts";
import { WorkspaceService, workspaceProcedures, workspaceRepository } from "./workspaces/index.ts";

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

const withoutExtensions =
  "Started without your own extensions: agent-programs.toml, providers.toml and manifests are not read. Quit Cellar and start it again to use them.";

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
  const closing: Closing = [() => lock.release()];
  try {
    return await compose(parts, closing);
  } catch (thrown) {
    await closeAll(closing);
    throw thrown;
  }
}

/** How long main's end waits for calls that are under way. */
const callPatienceMs = 3_000;

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

async function compose(
  { paths, desktop, version, ownExtensions = true }: ServicesParts,
  closing: Closing,
): Promise<Services> {
  keepMemoryOutOfCores();
  const logPath = join(paths.logs, "main.log");
  const log = openLog(logPath);
  closing.push(() => log.info("services stopped"));
  // Whatever it was, it must not end what all bottles get out by.
  const defect = (error: unknown) => log.error({ err: error }, "a defect: nobody waited for what failed");
  process.on("unhandledRejection", defect);
  closing.push(() => process.off("unhandledRejection", defect));
  const settings = new SettingsService(paths.settings);
  closing.push(() => settings.close());
  const store = openCellarStore(paths);
  closing.push(() => store.close());
  const subprocesses = new Subprocesses();
  closing.push(() => subprocesses.close());
  const failed = (error: unknown, what: string) => log.warn({ err: error }, what);
  const vault = new Vault({
    path: paths.vault,
    keychain: desktop.keychain,
    // What Cellar itself was started with goes before what the login shell says.
    environment: async () => ({ ...(await loginEnvironment()), ...process.env }),
    lockMinutes: () => settings.settings.vaultLockMinutes,
    failed,
  });
  closing.push(() => vault.close());
  closing.push(settings.onChange(() => vault.watchIdle()));
  const { electron } = process.versions;
  const crashReports = new CrashReports({
    folder: join(paths.logs, "crash-reports"),
    about: `Cellar ${version} · ${process.platform} ${process.arch} · ${desktop.face} · Node ${process.versions.node}${electron === undefined ? "" : ` · Electron ${electron}`}`,
    secrets: () => [...vault.known().map(({ secret }) => secret), ...secretsOfEnvironment(process.env)],
    surroundings: surroundings(paths.home),
    personHome: homedir(),
  });
  closing.push(watchProcess(crashReports, { staysAlive: desktop.face === "electron" }));
  const dialer = new Dialer();
  const gateways = new Gateways({
    database: store.database,
    dialer,
    holdSeconds: () => settings.settings.gatewayHoldSeconds,
  });
  closing.push(() => gateways.stop());
  const providers = () =>
    readProviders(
      join(installationFolder, "resources", "providers.toml"),
      ownExtensions ? join(paths.home, "providers.toml") : null,
    );
  const broker = new Broker({
    database: store.database,
    vault: {
      resolveSecret: (handle, usedBy) => vault.resolve(handle, usedBy),
      replaceSecret: async (handle, value) => void (await vault.rotate(handle, value.reveal())),
    },
    providers,
    loginEnvironment,
  });
  closing.push(() => broker.stop());
  const notices = [
    ...(ownExtensions ? [] : [withoutExtensions]),
    ...settings.notices,
    ...store.notices,
    ...vault.notices,
    ...gateways.notices,
  ];
  const host = new TerminalHostClient(paths, { name: `cellar ${desktop.face}`, version, events: true });
  closing.push(() => host.close());
  const terminals = new TerminalService({
    client: host,
    workspaceFolder: async (id) => (await workspaces.ready(id)).path,
    inherit: (wanted) => inside.inherit(wanted),
    failed,
  });
  closing.push(() => terminals.close());
  terminals.onEvent((event) => {
    if (event.type === "defect") crashReports.record({ process: "terminal host", how: event.how, thrown: event.text });
  });
  const activities = new Activities({
    onHostEvent: (listener) => terminals.onEvent(listener),
    onTerminal: (listener) => terminals.onChange(listener),
  });
  closing.push(() => activities.close());
  closing.push(configureHost(host, settings, (error) => failed(error, "configuring the terminal host")));
  const handover = new HandOver({ client: host, terminals, version, failed });
  closing.push(() => handover.close());
  terminals.connect();

  const jobs = new JobService(jobRepository(store.database), paths.logs);
  closing.push(() => jobs.close());
  const git = new Git(subprocesses, loginEnvironment);
  const gitGates = new GitGates({
    database: store.database,
    git,
    folder: join(paths.home, "git-mirrors"),
    runtime: paths.runtime,
    personHome: homedir(),
    loginEnvironment,
    gitCredential: (host, path, usedBy) => vault.gitCredential(host, path, usedBy),
    knownSecrets: () => (vault.state.state === "locked" ? null : vault.known().map(({ secret }) => secret)),
    holdSeconds: () => settings.settings.gitGateHoldSeconds,
    failed,
  });
  closing.push(() => gitGates.stop());
  const workspaces = new WorkspaceService({
    repository: workspaceRepository(store.database),
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
  closing.push(() => workspaces.close());
  const programs = new AgentPrograms({
    builtinFolder: join(installationFolder, "resources", "agent-programs"),
    ownFile: join(paths.home, "agent-programs.toml"),
    readOwnFile: ownExtensions,
    database: store.database,
    loginEnvironment: async (fresh) => ({
      shell: loginShell(),
      env: await (fresh ? refreshLoginEnvironment() : loginEnvironment()),
    }),
    run: (command) => subprocesses.run(command),
  });
  const launches = new Launches({
    database: store.database,
    programs,
    workspaces,
    terminals,
    settings,
    mcpUrl: () => mcp.url,
    hooks: {
      script: join(installationFolder, "resources", "bin", "cellar-hook"),
      folder: join(paths.home, "hooks"),
      socket: paths.agentsSocket,
    },
    promptFolder: join(paths.home, "launches"),
    log,
  });
  closing.push(() => launches.close());
  const bottleFolder = join(paths.home, "bottles");
  const proposals = new Proposals({
    database: store.database,
    auditPath: join(bottleFolder, "logs", "supervise.jsonl"),
    gateways,
    bottles: {
      watch: (signal) => bottles.list.watch(signal),
      runs: (id) => bottles.list.get(id)?.state === "running",
    },
    resumedFrom: (launchId) => launches.list.get(launchId)?.resumedFrom ?? null,
  });
  closing.push(() => proposals.close());
  const backendParts = {
    subprocesses,
    readGitConfig: readGitConfig(subprocesses),
    runtime: paths.runtime,
    loginEnvironment,
  };
  const bottleHooks = new BottleHooks({
    agentsSocket: paths.agentsSocket,
    tokenDigestOf: (launchId) => launches.tokenDigestOf(launchId),
    terminalOf: (launchId) => launches.list.get(launchId)?.terminalId ?? null,
  });
  closing.push(() => bottleHooks.stop());
  const bottleSupervise = new BottleSupervise({
    mcp: { serveInside: (...where) => mcp.serveInside(...where) },
    proposals,
    waitSeconds: () => settings.settings.superviseWaitSeconds,
    rules: () => gateways.rules.values(),
    bottle: (id) => {
      const { programName, plan } = bottles.get(id).bottle;
      return { programName, routes: plan.routes };
    },
  });
  closing.push(() => bottleSupervise.stop());
  const bottles = new Bottles({
    database: store.database,
    backends: [
      new Bubblewrap(backendParts),
      new Docker({
        ...backendParts,
        returned: join(bottleFolder, "returned"),
        settings: () => {
          const { dockerContext, dockerBaseImage } = settings.settings;
          return { context: dockerContext, baseImage: dockerBaseImage };
        },
      }),
      new Smolmachines({
        subprocesses,
        readGitConfig: readGitConfig(subprocesses),
        runtime: paths.runtime,
        loginEnvironment,
        image: () => settings.settings.smolmachinesImage,
      }),
      new OpenSandbox({
        subprocesses,
        readGitConfig: readGitConfig(subprocesses),
        runtime: paths.runtime,
        returned: join(bottleFolder, "returned"),
        settings: () => ({ url: settings.settings.opensandboxUrl, image: settings.settings.opensandboxImage }),
        resolve: (handle, usedBy) => vault.resolve(handle, usedBy),
      }),
    ],
    services: new JoinedServices([
      new BottleBroker({
        broker,
        providers,
        resolve: (handle, usedBy) => vault.resolve(handle, usedBy),
        vaultExists: () => vault.state.state !== "absent",
        loginEnvironment,
      }),
      bottleHooks,
      bottleSupervise,
      new BottleGateways({
        gateways,
        knownSecrets: () => vault.known().map(({ secret }) => secret),
        resolve: (handle, usedBy) => vault.resolve(handle, usedBy),
      }),
      new BottleGitGates(gitGates),
    ]),
    launches,
    programs,
    workspaces,
    terminals,
    git,
    loginEnvironment,
    folders: { runtime: paths.runtime, state: bottleFolder, manifests: join(paths.home, "manifests") },
    ownManifests: ownExtensions,
    usageLimits: () => {
      const { bottleLimitTokens, bottleLimitDollars } = settings.settings;
      return { tokens: bottleLimitTokens || null, costMicros: bottleLimitDollars * 1e6 || null };
    },
    log,
  });
  closing.push(() => bottles.close());
  closing.push(settings.onChangeOf(["dockerContext", "opensandboxUrl"], () => bottles.backends.forget()));
  proposals.start();
  const inside = new Inside(bottles, terminals, subprocesses);

  const mcp = new Mcp({
    home: paths.home,
    logs: paths.logs,
    host,
    terminals,
    launches,
    workspaces,
    command: [
      join(installationFolder, "resources", "bin", process.platform === "win32" ? "cellar.cmd" : "cellar"),
      "mcp",
    ],
    version,
    log,
  });
  closing.push(() => mcp.close());
  const { updates: built } = ownDescription();
  const updates = new Updates({
    version,
    folder: join(paths.home, "updates"),
    installation: installationOf({
      platform: process.platform,
      arch: process.arch,
      // What the command line serves to a browser is not the app that a new version would replace.
      packed: isPacked && desktop.face === "electron",
      env: process.env,
      pid: process.pid,
    }),
    feed: () => settings.settings.updateFeed || (built?.feed ?? ""),
    publicKey: built?.publicKey ?? "",
    channel: () => settings.settings.updateChannel,
    running: () => [...terminals.terminals.values()].filter(({ state }) => !finalStates.has(state)).length,
    quit: () => setImmediate(() => desktop.quit()),
    failed,
  });
  closing.push(() => updates.stop());
  updates.start(() => settings.settings.updateCheck);
  const requests = new WindowRequests();
  const layouts = new Layouts(paths.home);
  const workspaceName = (id: string) => workspaces.list().find((workspace) => workspace.id === id)?.name ?? null;
  const hasWorkspace = (id: string) => workspaces.list().some((workspace) => workspace.id === id);
  const show = (request: WindowRequest, workspaceId: string | null) => {
    const window = desktop.windowFor(workspaceId);
    requests.push(request, window);
    void desktop.openWindow(window);
  };
  const notifications = new Notifications({
    database: store.database,
    desktop,
    settings,
    onHostEvent: (listener) => terminals.onEvent(listener),
    onTerminal: (listener) => terminals.onChange(listener),
    activities,
    heldCell: (id) => terminals.heldCell(id),
    watchJobs: (signal) => jobs.watch(signal),
    onHostAsked: (listener) => gateways.onAsked(listener),
    onLimitReached: (listener) =>
      broker.onEvent((event) => {
        const bottle = event.type === "limit" ? bottles.list.get(event.owner.id) : undefined;
        if (event.type === "limit" && bottle !== undefined) listener({ bottle, why: event.why });
      }),
    onProposal: (listener) => proposals.onMade(listener),
    onPushAsked: (listener) => gitGates.onAsked(listener),
    answers: {
      gateways: {
        allow: (id, scope) => gateways.allow(id, scope),
        refuse: (id) => gateways.refuse(id),
        watch: (signal) => gateways.decisions.watch(signal),
      },
      proposals: {
        get: (id) => proposals.list.get(id),
        decide: (id, decision) => proposals.decide(id, decision),
        onAnswered: (listener) => proposals.onAnswered(listener),
      },
      pushes: {
        approve: (id) => gitGates.approve(id),
        refuse: (id) => gitGates.refuse(id),
        watch: (signal) => gitGates.events.watch(signal),
      },
      cells: {
        held: (id) => terminals.heldCell(id),
        interrupt: (id) => host.call("cells.interrupt", { terminalId: id }),
      },
    },
    open: (notification) => show({ type: "notification", notification }, notification.workspaceId),
    openAll: (latest) =>
      show(
        hasPanel(latest) ? { type: "notification", notification: latest } : { type: "notifications" },
        latest.workspaceId,
      ),
    workspaceName,
  });
  closing.push(() => notifications.close());

  const router: Router = implementing.router({
    app: appProcedures({
      desktop,
      host: new TerminalHostControl(host),
      version,
      home: paths.home,
      requests,
      layouts,
      hasWorkspace,
      notices,
    }),
    settings: settingsProcedures(settings),
    activities: activitiesProcedures(activities),
    terminals: terminalsProcedures(terminals, host),
    cells: cellsProcedures(terminals, host),
    jobs: jobProcedures(jobs),
    workspaces: workspaceProcedures(workspaces),
    programs: programsProcedures(programs, desktop),
    launches: launchesProcedures(launches),
    bottles: bottlesProcedures(bottles, inside, new Cleanup(bottles, bottleFolder)),
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
  closing.push(() => rpc.settled(callPatienceMs));
  const homeSocket = await serveHomeSocket(rpc, acceptMcp, paths.mainSocket);
  closing.push(() => homeSocket.close());
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
    requests,
    layouts,
    log,
    hasWorkspace,
    leaving: new Leaving({
      terminals,
      bottles,
      jobs: () => jobs.jobs(),
      proposals: () => proposals.list.values(),
      workspaceName,
    }),
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
    stop: () => closeAll(closing),
  };
}
