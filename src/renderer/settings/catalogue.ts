/** Every setting with its words, in the order of the page. The type keeps it complete: a setting without words does not compile. */
import type { NotificationKind } from "#shared/contract/notifications.ts";
import type { remembered, Settings } from "#shared/contract/settings.ts";

/** `notify` has words of its own, by kind. */
type Elsewhere = (typeof remembered)[number] | "notify";
export type SettingKey = Exclude<keyof Settings, Elsewhere>;

export type Control =
  | { type: "switch" }
  | { type: "select"; options: readonly { value: string; label: string }[] }
  | { type: "number"; least: number; most: number; unit: string }
  | { type: "text"; placeholder: string; code?: boolean }
  | { type: "palette" }
  | { type: "shortcut" };

export type SettingWords = {
  section: "Appearance" | "Terminal" | "Workspaces" | "Bottles" | "Vault" | "Window" | "Updates" | "Notifications";
  label: string;
  help: string;
  control: Control;
  /** Further words it is found by. */
  keywords?: string;
  /** Only in this face of Cellar. */
  face?: "electron";
};

export const settingWords: Record<SettingKey, SettingWords> = {
  theme: {
    section: "Appearance",
    label: "Theme",
    help: "System follows what the computer is set to.",
    keywords: "dark light colour",
    control: {
      type: "select",
      options: [
        { value: "system", label: "System" },
        { value: "dark", label: "Dark" },
        { value: "light", label: "Light" },
      ],
    },
  },
  terminalFont: {
    section: "Appearance",
    label: "Terminal font",
    help: "Names of fonts on this computer, best first, with commas. Empty: the system's monospace font.",
    control: { type: "text", placeholder: "JetBrains Mono, monospace" },
  },
  terminalFontSize: {
    section: "Appearance",
    label: "Terminal font size",
    help: "A terminal can be zoomed on its own as well.",
    control: { type: "number", least: 8, most: 32, unit: "px" },
  },
  terminalPalette: {
    section: "Appearance",
    label: "Terminal colours",
    help: "Automatic follows the theme with colours that are readable on it.",
    keywords: "palette scheme theme solarized",
    control: { type: "palette" },
  },
  scrollback: {
    section: "Terminal",
    label: "Scrollback",
    help: "Lines kept in a terminal on screen. All output is in its log as well.",
    control: { type: "number", least: 1000, most: 100_000, unit: "lines" },
  },
  copyOnSelect: {
    section: "Terminal",
    label: "Copy on select",
    help: "Selected text goes to the clipboard at once.",
    keywords: "clipboard",
    control: { type: "switch" },
  },
  confirmMultilinePaste: {
    section: "Terminal",
    label: "Ask before pasting several lines",
    help: "A shell runs each line as it comes.",
    keywords: "clipboard warning",
    control: { type: "switch" },
  },
  terminalBell: {
    section: "Terminal",
    label: "Bell",
    help: "What a terminal does when its program rings. Notifications have their own switch below.",
    keywords: "BEL flash sound",
    control: {
      type: "select",
      options: [
        { value: "flash", label: "Flash faintly" },
        { value: "none", label: "Nothing" },
      ],
    },
  },
  terminalScreenReader: {
    section: "Terminal",
    label: "Screen reader",
    help: "Terminals say their lines to a screen reader. Output becomes slower. On by itself where the system says that one is in use.",
    keywords: "accessibility",
    control: { type: "switch" },
  },
  osc52: {
    section: "Terminal",
    label: "Let programs use the clipboard",
    help: "A program in a terminal, also on another computer, can then read and replace what you copied (OSC 52). One in a bottle never can.",
    keywords: "security",
    control: { type: "switch" },
  },
  terminalLogMegabytes: {
    section: "Terminal",
    label: "Log per terminal",
    help: "Full output kept on disk. When it is full, the oldest part goes.",
    keywords: "size disk",
    control: { type: "number", least: 1, most: 10_000, unit: "MB" },
  },
  launchIsolation: {
    section: "Workspaces",
    label: "Launch agent programs",
    help: "The launch form can choose otherwise each time.",
    keywords: "bottle isolation sandbox bubblewrap",
    control: {
      type: "select",
      options: [
        { value: "bottle", label: "In a bottle where that works" },
        { value: "none", label: "On this computer, not isolated" },
      ],
    },
  },
  defaultWorkspaceMode: {
    section: "Workspaces",
    label: "Make new workspaces as",
    help: "Where it cannot be had, the form offers what can.",
    keywords: "mode drop",
    control: {
      type: "select",
      options: [
        { value: "worktree", label: "A git worktree" },
        { value: "copy", label: "A copy" },
        { value: "in-place", label: "The folder itself" },
      ],
    },
  },
  workspacesFolder: {
    section: "Workspaces",
    label: "Folder for workspaces",
    help: "Clones, worktrees and copies go there. Empty: inside Cellar's own folder.",
    keywords: "path directory",
    control: { type: "text", placeholder: "/home/me/workspaces", code: true },
  },
  notifyDetails: {
    section: "Notifications",
    label: "Say what an agent asks for",
    help: "A question's notification then shows the command itself, also on a locked screen. Otherwise: that it asks to run a command.",
    keywords: "permission command details lock screen privacy",
    control: { type: "switch" },
  },
  vaultLockMinutes: {
    section: "Vault",
    label: "Lock the vault when it is not used",
    help: "After so many minutes in which no secret was read or changed. 0: never by itself.",
    keywords: "auto-lock idle passphrase secrets security",
    control: { type: "number", least: 0, most: 1440, unit: "min" },
  },
  vaultLockWithScreen: {
    section: "Vault",
    label: "Lock the vault with the screen",
    help: "When you lock your screen. What runs in bottles goes on, and is refused a secret until you unlock. macOS and Windows tell Cellar of it; Linux does not.",
    keywords: "lock screen away security secrets",
    control: { type: "switch" },
    face: "electron",
  },
  gatewayHoldSeconds: {
    section: "Bottles",
    label: "Wait for an answer about a host",
    help: "For so long a bottle's first request to a host that is on no rule waits for you to allow it. 0 refuses it at once.",
    keywords: "gateway network egress allow hold",
    control: { type: "number", least: 0, most: 120, unit: "s" },
  },
  bottleLimitDollars: {
    section: "Bottles",
    label: "Cost limit of a bottle",
    help: "At so much its requests to the provider are refused until you raise the limit. Each launch can say otherwise. 0: no limit.",
    keywords: "budget dollars usage tokens money",
    control: { type: "number", least: 0, most: 1_000_000, unit: "USD" },
  },
  bottleLimitTokens: {
    section: "Bottles",
    label: "Token limit of a bottle",
    help: "The same by tokens, input and output together. 0: no limit.",
    keywords: "budget usage cost",
    control: { type: "number", least: 0, most: 1_000_000_000_000, unit: "tokens" },
  },
  superviseWaitSeconds: {
    section: "Bottles",
    label: "Let an agent wait for your answer",
    help: "For so long what an agent in a bottle asks of you holds it up. After that it goes on, and finds your answer later.",
    keywords: "supervise question proposal pending",
    control: { type: "number", least: 0, most: 600, unit: "s" },
  },
  gitGateHoldSeconds: {
    section: "Bottles",
    label: "Wait for an answer about a push",
    help: "For so long a push that needs your yes holds the agent's git. After that it is told to push again later; your answer still counts. 0 tells it so at once.",
    keywords: "git gate approve branch hold",
    control: { type: "number", least: 0, most: 600, unit: "s" },
  },
  smolmachinesImage: {
    section: "Bottles",
    label: "Image of virtual machines",
    help: "What a bottle of smolmachines starts from: a reference, or the path of an archive of docker save. It needs util-linux, and the agent program where yours cannot be brought along.",
    keywords: "smolvm smolmachines microvm docker",
    control: { type: "text", placeholder: "node:24-bookworm", code: true },
  },
  opensandboxUrl: {
    section: "Bottles",
    label: "OpenSandbox server",
    help: "Bottles can then run on another computer. Its key goes into the vault as opensandbox_api_key. Empty: none.",
    keywords: "remote kubernetes sandbox address url",
    control: { type: "text", placeholder: "https://sandboxes.example.com/v1", code: true },
  },
  opensandboxImage: {
    section: "Bottles",
    label: "Image of OpenSandbox bottles",
    help: "As that server names it. It needs the agent program, util-linux, tar, and one of Node, Python 3 and Perl.",
    keywords: "remote sandbox docker",
    control: { type: "text", placeholder: "node:24-bookworm", code: true },
  },
  dockerContext: {
    section: "Bottles",
    label: "Docker context",
    help: "Whose engine runs bottles in Docker (docker context ls). Empty: the one your shell uses.",
    keywords: "engine container remote",
    control: { type: "text", placeholder: "default", code: true },
  },
  dockerBaseImage: {
    section: "Bottles",
    label: "Docker base image",
    help: "Images of agent programs are built on it. It needs Node, and whatever your agents should find.",
    keywords: "engine container registry build",
    control: { type: "text", placeholder: "node:24-bookworm", code: true },
  },
  closeToTray: {
    section: "Window",
    label: "Keep running in the tray",
    help: "Closing the window leaves Cellar there, so that it can still notify you; where the desktop shows no tray, the window is minimised. Terminals go on in any case.",
    keywords: "quit close",
    control: { type: "switch" },
    face: "electron",
  },
  globalShortcut: {
    section: "Window",
    label: "Shortcut from anywhere",
    help: "Shows Cellar in front of other programs, and hides it again.",
    keywords: "global hotkey keys summon",
    control: { type: "shortcut" },
    face: "electron",
  },
  openAtLogin: {
    section: "Window",
    label: "Start when you sign in",
    help: "Cellar then waits in the tray, without a window.",
    keywords: "login autostart boot startup hidden",
    control: { type: "switch" },
    face: "electron",
  },
  updateCheck: {
    section: "Updates",
    label: "Look for updates",
    help: "A few times a day. Nothing is downloaded before you say so, and nothing that runs is ended for it.",
    keywords: "update version new",
    control: { type: "switch" },
    face: "electron",
  },
  updateChannel: {
    section: "Updates",
    label: "Versions",
    help: "Beta gets them earlier. Going back to stable waits for a newer stable version: an older one is never put in place.",
    keywords: "update channel stable beta",
    control: {
      type: "select",
      options: [
        { value: "stable", label: "Stable" },
        { value: "beta", label: "Beta" },
      ],
    },
    face: "electron",
  },
  updateFeed: {
    section: "Updates",
    label: "Address of updates",
    help: "Of a mirror, for instance. What it offers must be signed by Cellar's makers all the same. Empty: the one Cellar was built with.",
    keywords: "update feed mirror server",
    control: { type: "text", placeholder: "https://updates.example.com/cellar", code: true },
    face: "electron",
  },
};

export const notificationWords: Record<NotificationKind, { label: string; help: string }> = {
  "cell-done": { label: "A cell is done", help: "The prompt came back, whether or not the code succeeded." },
  "cell-timeout": { label: "A cell runs past its limit", help: "It holds its terminal until you interrupt or end it." },
  "cell-error": { label: "A cell ended with an error", help: "Interrupted, killed, or its watcher died." },
  notify: { label: "A message from a script", help: "Sent with k notify or by another program of yours." },
  program: { label: "A program asks for attention", help: "Sent from inside a terminal (OSC 9, 99, 777)." },
  "gateway-asks": { label: "A bottle asks for a host", help: "Its first request waits for you to allow or refuse it." },
  "broker-limit": {
    label: "A bottle has reached its limit",
    help: "Its next request is refused until you raise the limit.",
  },
  "bottle-asks": { label: "A bottle asks you something", help: "For a host, a capability or a decision." },
  "git-push-asks": { label: "A bottle wants to push", help: "The push waits for you to approve or refuse it." },
  bell: { label: "A terminal rings", help: "The program wrote a bell character." },
  "agent-permission": { label: "An agent asks for permission", help: "It does not go on without your answer." },
  "agent-waiting": { label: "An agent waits for you", help: "It asks a question, or waits for your next prompt." },
  "agent-done": { label: "An agent is done", help: "It has finished its turn." },
  "agent-failed": { label: "An agent failed", help: "Its turn ended with an error." },
  "terminal-ended": { label: "A terminal ends", help: "Its program exited, was stopped, or was lost." },
  "job-ended": { label: "A job ends", help: "Cloning, copying or deleting is through, or failed." },
};

/** Notifications have a part of the page of their own, with their kinds. */
export const sections = ["Appearance", "Terminal", "Workspaces", "Bottles", "Vault", "Window", "Updates"] as const;

/** Keys whose words contain all of what was typed. */
export function matchingSettings(search: string, face: "electron" | "browser"): SettingKey[] {
  const wanted = search.toLowerCase().split(/\s+/).filter(Boolean);
  return (Object.keys(settingWords) as SettingKey[]).filter((key) => {
    const { section, label, help, keywords = "", face: only } = settingWords[key];
    if (only !== undefined && only !== face) return false;
    const text = `${section} ${label} ${help} ${keywords} ${key}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

export function matchingNotifications(search: string): NotificationKind[] {
  const wanted = search.toLowerCase().split(/\s+/).filter(Boolean);
  return (Object.keys(notificationWords) as NotificationKind[]).filter((kind) => {
    const { label, help } = notificationWords[kind];
    const text = `notifications ${label} ${help} ${kind}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}
