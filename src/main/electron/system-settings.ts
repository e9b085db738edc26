/** Settings that the system carries out: the shortcut that works in every program, and the start with the session. What it refuses is told beside them. */
import { app, type BrowserWindow, globalShortcut } from "electron";
import { acceleratorOf } from "#shared/commands/shortcut.ts";
import type { DesktopState } from "#shared/contract/app.ts";
import type { Settings } from "#shared/contract/settings.ts";
import { setOpenAtLogin } from "./open-at-login.ts";

export type SystemParts = { window: () => BrowserWindow | null; show: () => void };
export type Wanted = Pick<Settings, "globalShortcut" | "openAtLogin">;

export class SystemSettings {
  readonly #home: string;
  readonly #parts: SystemParts;
  readonly #listeners = new Set<() => void>();
  // What a person has set in macOS or Windows itself stays; an entry of our own is compared at every start.
  #applied: Partial<Wanted> = process.platform === "linux" ? {} : { openAtLogin: false };
  #registered: string | null = null;
  #state: DesktopState = { globalShortcutProblem: null, openAtLoginProblem: null, screenReader: false };

  constructor(home: string, parts: SystemParts) {
    this.#home = home;
    this.#parts = parts;
  }

  get state(): DesktopState {
    return this.#state;
  }

  /** Calls back after each change; returns what ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** After the app is ready: before it, nothing can be registered. */
  watchScreenReader(): void {
    app.on("accessibility-support-changed", (_event, enabled) => this.#set({ screenReader: enabled }));
    this.#set({ screenReader: app.isAccessibilitySupportEnabled() });
  }

  apply({ globalShortcut, openAtLogin }: Wanted): void {
    if (globalShortcut !== this.#applied.globalShortcut) this.#applyShortcut(globalShortcut);
    // At the start as well: the app may have been moved, or its entry been taken away by hand.
    if (openAtLogin !== this.#applied.openAtLogin) this.#applyLogin(openAtLogin);
    this.#applied = { globalShortcut, openAtLogin };
  }

  #applyShortcut(wanted: string): void {
    if (this.#registered !== null) globalShortcut.unregister(this.#registered);
    this.#registered = null;
    const accelerator = acceleratorOf(wanted, process.platform === "darwin");
    const registered = wanted !== "" && registers(accelerator, () => this.#toggle());
    if (registered) this.#registered = accelerator;
    this.#set({
      globalShortcutProblem:
        registered || wanted === ""
          ? null
          : "Another program, or the system itself, has these keys: choose others, or free them there",
    });
  }

  /** A window that lies behind others is wanted in front, and only one that is in front is in the way. */
  #toggle(): void {
    const window = this.#parts.window();
    if (window?.isVisible() && window.isFocused()) window.hide();
    else this.#parts.show();
  }

  #applyLogin(open: boolean): void {
    try {
      const { platform, env: environment } = process;
      setOpenAtLogin(open, { app, platform, command: ownCommand(), home: this.#home, environment });
      this.#set({ openAtLoginProblem: null });
    } catch (thrown) {
      this.#set({ openAtLoginProblem: `The system did not take it: ${(thrown as Error).message}` });
    }
  }

  #set(change: Partial<DesktopState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

/** False as well for keys that this system has no name for, which Electron throws on. */
function registers(accelerator: string, pressed: () => void): boolean {
  try {
    return globalShortcut.register(accelerator, pressed);
  } catch {
    return false;
  }
}

/** An AppImage runs from a folder that is gone after the run: its own file is what can be started again. */
function ownCommand(): string[] {
  const program = process.env["APPIMAGE"] ?? process.execPath;
  return app.isPackaged ? [program] : [program, app.getAppPath()];
}
