/** What only a desktop can do. Electron implements it in `electron/`; browser mode answers that it cannot. */
import type { CommandFacts } from "#shared/commands/facts.ts";
import type { DesktopState } from "#shared/contract/app.ts";
import type { State } from "#shared/states.ts";
import type { WindowKey } from "#shared/windows.ts";
import type { Keychain } from "./keychain.ts";

/** A terminal that runs or needs the person, as a menu names it: nothing that its program wrote. */
export type ActiveTerminal = {
  id: string;
  workspaceId: string | null;
  label: string;
  state: State;
  words: string;
  needsYou: boolean;
};

export type Attention = {
  /** Terminals that are alive. */
  running: number;
  /** Those a person should look at. */
  needsYou: number;
  /** Of those: what waits for an answer, or is stuck. */
  asking: number;
  /** Terminals and jobs that went wrong and that nobody has looked at since. */
  failed: number;
  /** Notifications nobody has seen. */
  unseen: number;
  /** The first ten of what runs or needs the person, what needs them first. */
  active: readonly ActiveTerminal[];
};

/** How far the running jobs are together: between 0 and 1, null where nobody knows. */
export type JobProgress = { part: number | null };

/** Something that is shown outside the window. Its buttons are in the order of `actions`. */
export type OutsideNotification = {
  title: string;
  body: string;
  /** What belongs together in the desktop's own list. */
  group: string;
  actions: readonly string[];
};

export type OutsideListener = {
  /** The person clicked it. */
  opened(): void;
  /** The person chose the action of that index. */
  acted(index: number): void;
  /** It is gone, whoever took it away. */
  closed(): void;
};

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
  /** What there is to act on in a window has changed. */
  windowFacts(window: WindowKey, facts: CommandFacts): void;
  /** Opens an http, https or mailto link that was already checked. */
  openLink(url: string): Promise<void>;
  reveal(path: string): Promise<void>;
  /** Shows a notification outside the window, until `close` or the person takes it away. Null when it could not be shown. */
  notify(notification: OutsideNotification, listener: OutsideListener): { close(): void } | null;
  /** For tray, dock and task bar. */
  setAttention(state: Attention): void;
  /** Null when no job runs. */
  setProgress(progress: JobProgress | null): void;
  /** Text of the system's clipboard. */
  clipboardText(): Promise<string>;
  /** What became of settings that the system carries out. `onChange` returns what ends it. */
  readonly system: { readonly state: DesktopState; onChange(changed: () => void): () => void };
  quit(): void;
};
