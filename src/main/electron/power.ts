/** What the system does to its programs: it sleeps and wakes, locks its screen, and ends. */
import { app, powerMonitor } from "electron";

export type PowerParts = {
  woke(): void;
  /** macOS and Windows tell of it. */
  screenLocked(): void;
  /** The session or the computer ends, or a signal ends us: there is nobody to ask. May be told more than once. */
  systemEnds(): void;
};

export function watchPower({ woke, screenLocked, systemEnds }: PowerParts): void {
  powerMonitor.on("resume", woke);
  powerMonitor.on("lock-screen", screenLocked);
  // Linux and macOS. Electron's declarations leave the event out with which the system is made to wait for us.
  powerMonitor.on("shutdown", (...[event]: [] | [Electron.Event]) => {
    event?.preventDefault();
    systemEnds();
  });
  // Windows. What it asks first (`query-session-end`) another program may still refuse, and we have nothing against it.
  app.on("browser-window-created", (_event, window) => window.on("session-end", systemEnds));
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, systemEnds);
}
