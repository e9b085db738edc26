/** What only a desktop can do. Electron implements it in `electron/`; browser mode answers that it cannot. */
import type { DesktopState } from "#shared/contract/app.ts";
import type { Notification } from "#shared/contract/notifications.ts";
import type { Keychain } from "./keychain.ts";

/** `running`: terminals that are alive. `needsYou`: those a person should look at. `unseen`: notifications nobody has seen. */
export type Attention = { running: number; needsYou: number; unseen: number };

export type Desktop = {
  readonly face: "electron" | "browser";
  readonly keychain: Keychain;
  /** Path chosen by the person, null when they cancelled. Throws `Failure("unavailable")` where there is no dialog. */
  pickFolder(): Promise<string | null>;
  /** Brings a window to the front. Browser mode has none of its own and answers the address, with its token, to open one. */
  openWindow(): Promise<string | null>;
  /** Opens an http, https or mailto link that was already checked. */
  openLink(url: string): Promise<void>;
  reveal(path: string): Promise<void>;
  /** Shows a notification outside the window; `opened` is called when the person clicks it. False when it could not be shown. */
  notify(notification: Notification, opened: () => void): boolean;
  /** Numbers for tray, dock and task bar. */
  setAttention(state: Attention): void;
  /** Text of the system's clipboard. */
  clipboardText(): Promise<string>;
  /** What became of settings that the system carries out. `onChange` returns what ends it. */
  readonly system: { readonly state: DesktopState; onChange(changed: () => void): () => void };
  quit(): void;
};
