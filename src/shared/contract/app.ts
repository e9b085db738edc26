/** The program itself: what it is, how its terminal host is, and the few things only the desktop can do. */
import { eventIterator } from "@orpc/contract";
import { z } from "zod";
import { commandIds } from "../commands/catalogue.ts";
import type { CommandFacts } from "../commands/facts.ts";
import { mainWindow, windowKeyPattern } from "../windows.ts";
import { done, procedure, terminalId, timestamp, workspaceId } from "./base.ts";
import { notification } from "./notifications.ts";

export const commandFacts = z.strictObject({
  panel: z.boolean(),
  workspace: z.boolean(),
  ownWorkspace: z.boolean(),
  needsYou: z.boolean(),
  unseen: z.boolean(),
  vaultUnlocked: z.boolean(),
  hostRuns: z.boolean(),
  theme: z.enum(["system", "dark", "light"]).nullable(),
  terminal: z.strictObject({ alive: z.boolean(), launched: z.boolean(), selection: z.boolean() }).nullable(),
}) satisfies z.ZodType<CommandFacts>;

export const hostStatus = z.strictObject({
  /** `lost`: it died; its terminals are `stream_lost`. */
  state: z.enum(["starting", "connected", "lost"]),
  pid: z.int().nullable(),
  startedAt: timestamp.nullable(),
  message: z.string(),
});
export type HostStatus = z.infer<typeof hostStatus>;

export const appInfo = z.strictObject({
  name: z.literal("Cellar"),
  version: z.string(),
  home: z.string(),
  pid: z.int(),
  platform: z.string(),
  face: z.enum(["electron", "browser"]),
  /** The person's home directory and login shell. */
  userHome: z.string(),
  shell: z.string(),
  /** What happened to a database at start (quarantined, restored), in sentences. */
  notices: z.array(z.string()),
});
export type AppInfo = z.infer<typeof appInfo>;

/** Which window a call is about: `#shared/windows.ts`. */
export const windowKey = z
  .string()
  .regex(windowKeyPattern, "a window is main, window- and 8 hex digits, or a workspace");

/** What a window can be asked to show. `newWorkspace`: the form for one, filled in with a folder or URL when one is known. */
export const windowTarget = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("newWorkspace"), source: z.string().max(4096).nullable() }),
  z.strictObject({ type: z.literal("workspace"), workspaceId }),
  z.strictObject({ type: z.literal("terminal"), terminalId }),
  /** `cellar://…`, from anywhere (`#shared/deep-link.ts`): the window says what it asks for, and does nothing of it by itself. */
  z.strictObject({ type: z.literal("link"), url: z.string().max(8192) }),
]);
export type WindowTarget = z.infer<typeof windowTarget>;

/** What the desktop or the command line asks a window to show: also what a notification that was clicked is about. */
export const windowRequest = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("notification"), notification }),
  /** The list of them: a click on one that stands for several. */
  z.strictObject({ type: z.literal("notifications") }),
  /** Everything that runs. */
  z.strictObject({ type: z.literal("running") }),
  /** A terminal with the person's shell. */
  z.strictObject({ type: z.literal("newTerminal") }),
  /** The form that launches an agent program. */
  z.strictObject({ type: z.literal("launch") }),
  /** Chosen in the application menu. */
  z.strictObject({ type: z.literal("command"), id: z.enum(commandIds) }),
  /** Given to the app itself: dropped on its icon, or named when it was started. One form each. */
  z.strictObject({ type: z.literal("dropped"), paths: z.array(z.string().max(4096)).min(1).max(50) }),
  ...windowTarget.options,
]);
export type WindowRequest = z.infer<typeof windowRequest>;

/** What the desktop says of what it was set to. Problems are sentences; browser mode has none of it. */
export const desktopState = z.strictObject({
  globalShortcutProblem: z.string().nullable(),
  openAtLoginProblem: z.string().nullable(),
  /** A screen reader or the like is in use. */
  screenReader: z.boolean(),
});
export type DesktopState = z.infer<typeof desktopState>;

export const app = {
  info: procedure.input(z.strictObject({})).output(appInfo),
  watchHost: procedure.input(z.strictObject({})).output(eventIterator(hostStatus)),
  /** Starts a terminal host again after it was lost. */
  restartHost: procedure.input(z.strictObject({})).output(hostStatus),
  /** Native folder dialog; null when cancelled; `unavailable` in browser mode. */
  pickFolder: procedure.input(z.strictObject({})).output(z.strictObject({ path: z.string().nullable() })),
  /** Opens a link outside Cellar after a scheme check (http, https, mailto). */
  openLink: procedure.input(z.strictObject({ url: z.string().max(8192) })).output(done),
  watchDesktop: procedure.input(z.strictObject({})).output(eventIterator(desktopState)),
  /** Text of the system's clipboard, for a person's paste from a menu (Electron; only for windows). */
  clipboardText: procedure.input(z.strictObject({})).output(z.strictObject({ text: z.string() })),
  /** Shows a file or folder in the file manager (Electron). */
  reveal: procedure.input(z.strictObject({ path: z.string().max(4096) })).output(done),
  /**
   * Shows a window: Electron brings its own to the front and answers null, browser mode answers the address to open. The address holds
   * the token, so only the socket of the home (the command line of the same user) may ask; others are `refused`. What is to be shown goes
   * to a window that is open (`shown`), else to the next one.
   */
  openWindow: procedure
    .input(z.strictObject({ show: windowTarget.optional() }))
    .output(z.strictObject({ url: z.string().nullable(), shown: z.boolean() })),
  /** How a window was last arranged, as it saved it; null at first. What is in it is the window's own affair. */
  layout: procedure
    .input(z.strictObject({ window: windowKey.default(mainWindow) }))
    .output(z.strictObject({ layout: z.string().nullable() })),
  saveLayout: procedure
    .input(z.strictObject({ window: windowKey.default(mainWindow), layout: z.string().max(500_000) }))
    .output(done),
  /** Each request goes to one window; one that came while there was none waits for the next. */
  /**
   * A workspace's own window hands over what was dropped on it: the form for a new workspace is shown in one that shows all. `shown`: there is one,
   * and in Electron it comes to the front; in browser mode it waits for one otherwise.
   */
  offerWorkspaces: procedure
    .input(z.strictObject({ sources: z.array(z.string().max(4096)).min(1).max(50) }))
    .output(z.strictObject({ shown: z.boolean() })),
  watchRequests: procedure
    .input(z.strictObject({ window: windowKey.default(mainWindow) }))
    .output(eventIterator(windowRequest)),
  /**
   * Opens a further window, or the one that shows this workspace alone, which comes to the front when it is open. `unavailable` in browser
   * mode, where a window opens a tab by itself.
   */
  newWindow: procedure.input(z.strictObject({ workspaceId: workspaceId.nullable() })).output(done),
  /** Larger, smaller, or as at first; remembered for this window. `unavailable` in browser mode, where the browser does it. */
  zoom: procedure
    .input(z.strictObject({ window: windowKey, change: z.enum(["in", "out", "reset"]) }))
    .output(z.strictObject({ percent: z.int() })),
  /** The window says that a person can use it now; one that never says so is offered help. */
  windowUsable: procedure.input(z.strictObject({ window: windowKey })).output(done),
  /** What there is to act on in the window, from which the application menu knows what can be done; said anew when it changes. */
  windowFacts: procedure.input(z.strictObject({ window: windowKey, facts: commandFacts })).output(done),
  /** Ends the app; terminals go on. */
  quit: procedure.input(z.strictObject({})).output(done),
};
