/** Electron's entry: one app per home, its window, its tray; the same services as browser mode behind them. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { app, dialog, session, shell } from "electron";
import { installationFolder, version } from "#node/installation.ts";
import { cellarPaths } from "#node/paths.ts";
import { problemOf } from "#shared/failure.ts";
import { linkToOpen } from "./app/index.ts";
import type { Attention, Desktop } from "./desktop.ts";
import { electronDesktop } from "./electron/desktop.ts";
import { guardEverything, guardSession } from "./electron/guards.ts";
import { MainWindow } from "./electron/main-window.ts";
import { setApplicationMenu } from "./electron/menu.ts";
import { servePorts } from "./electron/ports.ts";
import { AppTray } from "./electron/tray.ts";
import { registerWindowScheme, serveWindowScheme } from "./electron/window-scheme.ts";
import { AlreadyRunning, startServices } from "./services.ts";
import { findRunning } from "./transport/find-running.ts";

/** macOS colours a template image itself. */
const trayImage = process.platform === "darwin" ? "trayTemplate.png" : "tray.png";

const paths = cellarPaths();
// Electron's own profile belongs to the home, so that two homes are two apps to its single-instance lock as well.
const profile = join(paths.home, "electron");
mkdirSync(profile, { recursive: true, mode: 0o700 });
app.setPath("userData", profile);
registerWindowScheme();

if (app.requestSingleInstanceLock()) start().catch(explain);
else app.quit();

async function start(): Promise<void> {
  await app.whenReady();
  let quitting = false;
  // Terminals are counted while the services start, when there is no tray yet.
  let attention: Attention = { running: 0, needsYou: 0, unseen: 0 };
  let showAttention = () => {};
  const quit = () => {
    quitting = true;
    app.quit();
  };
  const main = new MainWindow({
    preload: join(installationFolder, "out", "preload", "index.cjs"),
    stateFile: join(paths.home, "window.json"),
    closesToTray: () => !quitting && services.settings.settings.closeToTray,
  });
  const desktop = electronDesktop({
    show: () => main.show(),
    window: () => main.window,
    quit,
    attention: (state) => {
      attention = state;
      showAttention();
    },
  });
  const services = await startServices({ paths, desktop, version: version() });
  const tray = new AppTray(join(installationFolder, "resources", "icons", trayImage), {
    show: () => main.show(),
    newWorkspace: () => {
      services.requests.push({ type: "newWorkspace", source: null });
      main.show();
    },
    pauseNotifications: (minutes) => services.pauseNotifications(minutes),
    quit,
  });
  showAttention = () => tray.update({ ...attention, pausedUntil: services.settings.settings.notifyPausedUntil });
  services.settings.onChange(showAttention);
  showAttention();

  guardEverything((url) => void openOutside(desktop, url).catch(() => {}));
  guardSession(session.defaultSession);
  serveWindowScheme(join(installationFolder, "out", "renderer"));
  setApplicationMenu(quit);
  servePorts(services.ports);

  app.on("second-instance", () => main.show());
  app.on("activate", () => main.show());
  // The tray keeps the app; without it, closing the window ends it. Terminals go on either way.
  app.on("window-all-closed", () => {
    if (!services.settings.settings.closeToTray) quit();
  });
  app.on("before-quit", () => {
    quitting = true;
  });
  app.on("will-quit", (event) => {
    event.preventDefault();
    tray.destroy();
    void services.stop().finally(() => app.exit(0));
  });
  main.show();
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
    const { message, hint } = problemOf(failure);
    dialog.showErrorBox("Cellar could not be started", hint === undefined ? message : `${message}\n\n${hint}`);
    app.exit(1);
  }
}
