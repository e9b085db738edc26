/** Settings a person edits: `settings.json` in the state directory. */
import { eventIterator } from "@orpc/contract";
import { z } from "zod";
import { globalShortcutPattern } from "../commands/shortcut.ts";
import { procedure, programId, timestamp } from "./base.ts";
import { notificationKind } from "./notifications.ts";
import { workspaceMode } from "./workspaces.ts";

export const settings = z.strictObject({
  theme: z.enum(["system", "dark", "light"]).default("system"),
  /** Id of a terminal palette in `#shared/settings/palettes.ts`; `auto` follows the theme. */
  terminalPalette: z.string().max(40).default("auto"),
  terminalFont: z.string().max(200).default(""),
  /** CSS pixels. */
  terminalFontSize: z.int().min(8).max(32).default(13),
  /** Lines kept by a window; the host's screen keeps as many. */
  scrollback: z.int().min(1000).max(100_000).default(10_000),
  copyOnSelect: z.boolean().default(false),
  confirmMultilinePaste: z.boolean().default(true),
  /** Terminals say their lines to screen readers; costs speed, so only when asked. */
  terminalScreenReader: z.boolean().default(false),
  terminalBell: z.enum(["flash", "none"]).default("flash"),
  /** Lets programs read or write the clipboard (OSC 52). */
  osc52: z.boolean().default(false),
  /** Full output on disk per terminal, in MB; older parts go first. */
  terminalLogMegabytes: z.int().min(1).max(10_000).default(64),
  /** What Enter on a dropped folder does. */
  defaultWorkspaceMode: workspaceMode.default("worktree"),
  /** Folder that clones, worktrees and copies go to; empty: inside the state directory. */
  workspacesFolder: z
    .string()
    .max(4096)
    .regex(/^$|^\/|^[A-Za-z]:[\\/]|^\\\\/, "an absolute path, or empty")
    .default(""),
  /** `bottle`: in a bottle wherever a backend works; `none`: on this computer unless chosen otherwise. */
  launchIsolation: z.enum(["bottle", "none"]).default("bottle"),
  /** Seconds for which a bottle's first request to an unknown host waits for an answer; 0: it is refused at once. */
  gatewayHoldSeconds: z.int().min(0).max(120).default(30),
  /** What a bottle may use at its provider unless its launch says otherwise; 0: as much as it likes. */
  bottleLimitTokens: z.int().min(0).max(1_000_000_000_000).default(0),
  /** US dollars. */
  bottleLimitDollars: z.int().min(0).max(1_000_000).default(0),
  /** Seconds for which an agent's question to the person is waited for; after that it is told that the answer is pending. */
  superviseWaitSeconds: z.int().min(0).max(600).default(30),
  /** Seconds for which a push that needs a yes holds the agent's git; 0: it is told to come back at once. */
  gitGateHoldSeconds: z.int().min(0).max(600).default(120),
  /** Image of virtual machines (smolvm): a reference, or a path of an archive of `docker save` or of an unpacked root folder. */
  smolmachinesImage: z.string().max(1000).default("node:24-bookworm"),
  /** Server of sandboxes on other computers, with `/v1`; empty: none. Its key is in the vault as `opensandbox_api_key`. */
  opensandboxUrl: z.string().max(1000).default(""),
  opensandboxImage: z.string().max(1000).default("node:24-bookworm"),
  /** Docker context that bottles run on; empty: the one the login environment chooses. */
  dockerContext: z.string().max(200).default(""),
  /** Image that bottles in Docker are built on; it has Node. */
  dockerBaseImage: z.string().min(1).max(300).default("node:24-bookworm"),
  lastProgramId: programId.nullable().default(null),
  notify: z
    .strictObject(
      Object.fromEntries(notificationKind.options.map((kind) => [kind, z.boolean().default(true)])) as Record<
        z.infer<typeof notificationKind>,
        z.ZodDefault<z.ZodBoolean>
      >,
    )
    .prefault({}),
  /** Notifications of a question say what the program wants to do (`rm -rf build`), also on a locked screen, and not only that it asks. */
  notifyDetails: z.boolean().default(false),
  notifyPausedUntil: timestamp.nullable().default(null),
  /** The window closes to the tray instead of quitting (Electron). */
  closeToTray: z.boolean().default(true),
  /** The person was told where the window went when they closed it. */
  closeHintShown: z.boolean().default(false),
  /** Shows and hides the window from anywhere, as `ctrl+alt+c`; empty: none (Electron). */
  globalShortcut: z.string().max(60).regex(globalShortcutPattern).default(""),
  /** The vault is locked when the person locks their screen (Electron on macOS and Windows). */
  vaultLockWithScreen: z.boolean().default(false),
  /** Cellar starts, hidden in the tray, when the person signs in to the computer (Electron). */
  openAtLogin: z.boolean().default(false),
  /** Minutes without any use of the vault after which it locks itself; 0: never. */
  vaultLockMinutes: z.int().min(0).max(1440).default(0),
  /** Asks the update feed by itself, some minutes after the start and a few times a day; nothing is downloaded without a click. */
  updateCheck: z.boolean().default(true),
  /** `beta` gets versions earlier. */
  updateChannel: z.enum(["stable", "beta"]).default("stable"),
  /** Folder of the update feeds, over the one Cellar was built with; what they say must be signed all the same. */
  updateFeed: z.string().max(2000).default(""),
  firstRunDone: z.boolean().default(false),
});
export type Settings = z.infer<typeof settings>;

/** Kept in the same file by Cellar itself: what a person did last, not what they have chosen. A reset of everything leaves them. */
export const remembered = [
  "lastProgramId",
  "firstRunDone",
  "notifyPausedUntil",
  "closeHintShown",
] as const satisfies (keyof Settings)[];

/** What of the settings was not understood, with the file as it is. Unknown keys are kept and reported. */
export const settingsState = z.strictObject({
  settings,
  path: z.string(),
  problems: z.array(z.string()),
});

/** Any part of the settings; what is not given stays. Defaults are not filled in, so that an empty change changes nothing. */
export const settingsChange = z.strictObject(
  Object.fromEntries(
    Object.entries(settings.shape).map(([key, schema]) => [
      key,
      (key === "notify"
        ? z.partialRecord(notificationKind, z.boolean())
        : (schema as z.ZodDefault<z.ZodType>).unwrap()
      ).optional(),
    ]),
  ),
) as unknown as z.ZodType<Partial<Omit<Settings, "notify">> & { notify?: Partial<Settings["notify"]> }>;
export type SettingsChange = z.infer<typeof settingsChange>;

export const settingsContract = {
  get: procedure.input(z.strictObject({})).output(settingsState),
  change: procedure.input(settingsChange).output(settingsState),
  /** Back to the defaults: one key, or all that a person has chosen. */
  reset: procedure.input(z.strictObject({ key: z.string().max(100).optional() })).output(settingsState),
  watch: procedure.input(z.strictObject({})).output(eventIterator(settingsState)),
};
