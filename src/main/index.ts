/** Electron's entry: one app per home, its window, its tray; the same services as browser mode behind them. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { app, dialog, session, shell } from "electron";
import { installationFolder, version, windowFolder } from "#node/installation.ts";
import { cellarPaths } from "#node/paths.ts";
import type { WindowRequest } from "#shared/contract/app.ts";
import { problemOf } from "#shared/failure.ts";
import { linkToOpen } from "./app/index.ts";
import type { Attention, Desktop } from "./desktop.ts";
import { Closing } from "./electron/closing.ts";
import { watchChromium } from "./electron/crashes.ts";
import { electronDesktop } from "./electron/desktop.ts";
import { failedStart } from "./electron/failed-start.ts";
import { guardEverything, guardSession } from "./electron/guards.ts";
import { ApplicationMenu, serveTextMenus } from "./electron/menu.ts";
import { Outside, takeLinks } from "./electron/outside.ts";
import { servePorts } from "./electron/ports.ts";
import { watchPower } from "./electron/power.ts";
import { Quitting } from "./electron/quit.ts";
import { relaunch, startedWithoutExtensions } from "./electron/relaunch.ts";
import { SystemSettings } from "./electron/system-settings.ts";
import { TaskBar } from "./electron/task-bar.ts";
import { AppTray } from "./electron/tray.ts";
import { trayCommands } from "./electron/tray-commands.ts";
import { registerWindowScheme, serveWindowScheme } from "./electron/window-scheme.ts";
import { Windows } from "./electron/windows.ts";
import { AlreadyRunning, type Services, startServices } from "./services.ts";
import { findRunning } from "./transport/find-running.ts";

const icons = join(installationFolder, "resources", "icons");
const paths = cellarPaths();
// Electron's own profile belongs to the home, so that two homes are two apps to its single-instance lock as well.
const profile = join(paths.home, "electron");
mkdirSync(profile, { recursive: true, mode: 0o700 });
app.setPath("userData", profile);
registerWindowScheme();
const outside = new Outside();

if (app.requestSingleInstanceLock()) start().catch(explain);
else app.quit();

async function start(): Promise<void> {
  await app.whenReady();
  const taskBar = new TaskBar(icons);
  // Terminals are counted while the services start, when there is no tray yet.
  let attention: Attention = { running: 0, needsYou: 0, asking: 0, failed: 0, unseen: 0, active: [] };
  let showAttention = () => {};
  let factsChanged = () => {};
  const windowStateFile = join(paths.home, "windows.json");
  const windows = new Windows({
    preload: join(windowFolder, "preload", "index.cjs"),
    stateFile: windowStateFile,
    log: () => services.log,
    keptByTray: () => closing.toTray,
    quitting: () => leave.decided,
    quit: () => leave.now(),
    factsChanged: () => factsChanged(),
    showLogs: () => shell.showItemInFolder(join(paths.logs, "main.log")),
    resetLayouts: () => services.layouts.reset(),
    restartWithoutExtensions: () => {
      relaunch({ withoutExtensions: true });
      leave.now();
    },
  });
  const visible = () => (windows.current?.isVisible() ? windows.current : null);
  const leave = new Quitting({ leaving: () => services.leaving, window: visible });
  const system = new SystemSettings(paths.home, { window: () => windows.current, show: () => void windows.show() });
  const desktop = electronDesktop({
    windows,
    system,
    quit: () => leave.now(),
    setAttention: (state) => {
      attention = state;
      taskBar.setAttention(state);
      showAttention();
    },
    setProgress: (progress) => taskBar.setProgress(progress),
  });
  guardEverything((url) => void openOutside(desktop, url).catch(() => {}));
  guardSession(session.defaultSession);
  let recoveryPage = () => windows.recoveryPage;
  serveWindowScheme(join(windowFolder, "renderer"), () => recoveryPage());
  let services: Services;
  try {
    const ownExtensions = !startedWithoutExtensions;
    services = await startServices({ paths, desktop, version: version(), ownExtensions });
  } catch (thrown) {
    if (thrown instanceof AlreadyRunning) throw thrown;
    const recovery = failedStart(wordsOf(thrown), { paths, windowStateFile });
    recoveryPage = () => recovery.page;
    return;
  }
  const closing = new Closing({
    settings: services.settings,
    notify: desktop.notify,
    quitting: () => leave.decided,
    mustAsk: () => leave.mustAsk,
    ask: () => leave.ask(),
    show: () => windows.show(),
  });
  const showRequest = (request: WindowRequest, window = windows.windowFor(null)) => {
    services.requests.push(request, window);
    windows.show(window);
  };
  const tray = new AppTray(
    icons,
    trayCommands({
      services,
      show: () => windows.show(),
      showRequest: (request, workspaceId = null) => showRequest(request, windows.windowFor(workspaceId)),
      dropped: (files) => outside.paths(files),
      leave,
    }),
  );
  showAttention = () => tray.update({ ...attention, pausedUntil: services.settings.settings.notifyPausedUntil });
  services.settings.onChange(showAttention);
  showAttention();

  watchChromium(services.crashReports);
  const menu = new ApplicationMenu(
    {
      run: (id) => showRequest({ type: "command", id }, windows.currentKey),
      newWindow: () => windows.open(null),
      zoom: (change) => windows.zoomCurrent(change),
      quit: () => void leave.ask(),
    },
    windows.facts,
  );
  factsChanged = () => menu.show(windows.facts);
  serveTextMenus();
  takeLinks();
  system.watchScreenReader();
  services.settings.onChange(({ settings }) => system.apply(settings));
  system.apply(services.settings.settings);
  servePorts(services.ports);

  app.on("activate", () => windows.show());
  // The tray keeps the app; without it, closing the window ends it. Terminals go on either way.
  app.on("window-all-closed", () => {
    if (!services.settings.settings.closeToTray) leave.now();
  });
  app.on("before-quit", (event) => {
    if (leave.mayQuit()) windows.remember();
    else event.preventDefault();
  });
  watchPower({
    woke: () => {
      windows.woke();
      services.woke();
    },
    screenLocked: () => services.screenLocked(),
    systemEnds: () => {
      services.systemEnds();
      leave.now();
    },
  });
  app.on("will-quit", (event) => {
    event.preventDefault();
    tray.destroy();
    void services.stop().finally(() => app.exit(0));
  });
  const restoreWindows = () => void services.layouts.keepOnly(windows.restore(services.hasWorkspace));
  if (outside.startsHidden) windows.beforeFirst(restoreWindows);
  else restoreWindows();
  outside.serve({ request: showRequest, show: () => windows.show(), newWindow: () => windows.open(null) });
}

/** Throws for what is no link of a harmless kind. */
async function openOutside(desktop: Desktop, url: string): Promise<void> {
  await desktop.openLink(linkToOpen(url));
}

/** Browser mode may serve this home already: then its window is the one to show. Anything else is said before we end. */
async function explain(thrown: unknown): Promise<void> {
  try {
    if (!(thrown instanceof AlreadyRunning)) throw thrown;
    const { url } = await findRunning(paths.mainSocket);
    if (url !== null) await shell.openExternal(url);
    app.exit(0);
  } catch (failure) {
    dialog.showErrorBox("Cellar could not be started", wordsOf(failure));
    app.exit(1);
  }
}

function wordsOf(thrown: unknown): string {
  const { message, hint } = problemOf(thrown);
  return hint === undefined ? message : `${message}\n\n${hint}`;
}
