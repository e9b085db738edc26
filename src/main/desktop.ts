/** What only a desktop can do. Electron implements it in `electron/`; browser mode answers that it cannot. */
import type { Notification } from "#shared/contract/notifications.ts";
import type { WindowKey } from "#shared/windows.ts";
import type { Keychain } from "./keychain.ts";

/** `running`: terminals that are alive. `needsYou`: those a person should look at. `unseen`: notifications nobody has seen. */
export type Attention = { running: number; needsYou: number; unseen: number };

export type Desktop = {
  readonly face: "electron" | "browser";
  readonly keychain: Keychain;
  /** Path chosen by the person, null when they cancelled. Throws `Failure("unavailable")` where there is no dialog. */
  pickFolder(): Promise<string | null>;
  /** The window in which something of this workspace is best shown; null where only a browser knows its windows. */
  windowFor(workspaceId: string | null): WindowKey | null;
  /** Brings a window to the front. Browser mode has none of its own and answers the address, with its token, to open one. */
  openWindow(window: WindowKey | null): Promise<string | null>;
  /** A further window, or the one that shows this workspace alone. Throws `Failure("unavailable")` in browser mode. */
  newWindow(workspaceId: string | null): void;
  /** The percentage it has come to. Throws `Failure("unavailable")` in browser mode, and `not_found` for a window that is not open. */
  zoom(window: WindowKey, change: "in" | "out" | "reset"): number;
  /** A window has said that it can be used. */
  windowUsable(window: WindowKey): void;
  /** Opens an http, https or mailto link that was already checked. */
  openLink(url: string): Promise<void>;
  reveal(path: string): Promise<void>;
  /** Shows a notification outside the window; `opened` is called when the person clicks it. False when it could not be shown. */
  notify(notification: Notification, opened: () => void): boolean;
  /** Numbers for tray, dock and task bar. */
  setAttention(state: Attention): void;
  quit(): void;
};
