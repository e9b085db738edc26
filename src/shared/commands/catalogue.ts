/**
 * The words and keys of every action that can be named before it is known what there is, and when it cannot be done: the window's palette, its help
 * and its keys are made of them, and the application menu. What an action does is said where it is done.
 */
import type { CommandFacts, TerminalFacts } from "./facts.ts";
import type { Shortcut } from "./shortcut.ts";
import { shortcuts, terminalShortcuts } from "./shortcuts.ts";

export type CommandWords = {
  /** Verb first, sentence case: "Split to the right". */
  title: string;
  group: string;
  /** Further words it is found by. */
  keywords?: string;
  shortcut?: Shortcut;
  /** The keys mean this only where the keyboard is (in a terminal), and are handled there. */
  localKeys?: true;
  /** In a terminal the keys mean something of its own. */
  notInTerminal?: true;
  /** Why it cannot be done now, without a full stop; undefined: it can. Left out: it always can. */
  cannot?: (facts: CommandFacts) => string | undefined;
};

type More = Omit<CommandWords, "title" | "group">;

const withTerminal =
  (why: (terminal: TerminalFacts) => string | undefined) =>
  ({ terminal }: CommandFacts) =>
    terminal === null ? "Open a terminal first" : why(terminal);
const anyTerminal = withTerminal(() => undefined);
const living = withTerminal(({ alive }) => (alive ? undefined : "It has ended"));
const ended = withTerminal(({ alive }) => (alive ? "It is still running; kill it first" : undefined));
const selected = withTerminal(({ selection }) => (selection ? undefined : "Nothing is selected"));
const launched = withTerminal(({ alive, launched }) => {
  if (!launched) return "No agent program was launched in it";
  return alive ? undefined : "It has ended";
});
const aWorkspace = ({ workspace }: CommandFacts) => (workspace ? undefined : "Choose a workspace first");
const otherTheme =
  (own: CommandFacts["theme"]) =>
  ({ theme }: CommandFacts) =>
    theme === own ? "It is in use" : undefined;

const terminal = (title: string, more: More = {}): CommandWords => ({ title, group: "Terminal", ...more });
/** Of the terminal in front. */
const ofTerminal = (title: string, more: More = {}): CommandWords => terminal(title, { cannot: anyTerminal, ...more });
const inTerminal = (title: string, more: More = {}): CommandWords => ofTerminal(title, { ...more, localKeys: true });
const panel = (title: string, more: More = {}): CommandWords => ({
  title,
  group: "Panels",
  cannot: ({ panel }) => (panel ? undefined : "No panel is open"),
  ...more,
});

export const commandWords = {
  "go.palette": { title: "Search or run a command", group: "Go", shortcut: shortcuts.palette },
  "workspace.new": {
    title: "New workspace",
    group: "Workspace",
    keywords: "create folder repository clone drop open",
    shortcut: shortcuts.newWorkspace,
    cannot: ({ ownWorkspace }) => (ownWorkspace ? "This window shows one workspace" : undefined),
  },
  "launch.here": {
    title: "Launch an agent program",
    group: "Workspace",
    keywords: "start run claude codex agent",
    shortcut: shortcuts.launch,
  },
  "workspace.open": {
    title: "Show changes and details",
    group: "Workspace",
    keywords: "diff branch size",
    cannot: aWorkspace,
  },
  "workspace.delete": { title: "Delete the workspace…", group: "Workspace", keywords: "remove", cannot: aWorkspace },
  "go.needs-you": {
    title: "Go to the next terminal that needs you",
    group: "Go",
    shortcut: shortcuts.nextNeedsYou,
    cannot: ({ needsYou }) => (needsYou ? undefined : "Nothing needs you right now"),
  },
  "go.running": {
    title: "Show everything that runs",
    group: "Go",
    keywords: "running agents list needs you activity",
    shortcut: shortcuts.running,
  },
  "go.notifications": { title: "Show notifications", group: "Go", shortcut: shortcuts.notifications },
  "go.bottles": {
    title: "Show bottles",
    group: "Go",
    keywords: "isolated ended cost usage tokens resume clean up leftovers running",
  },
  "go.proposals": {
    title: "Show what agents in bottles ask",
    group: "Go",
    keywords: "supervise questions proposals host capability decision approve refuse pending",
  },
  "go.gateway": {
    title: "Show what bottles reach and are refused",
    group: "Go",
    keywords: "gateway network egress host allow deny rules log",
  },
  "go.git-gate": {
    title: "Show what bottles push and fetch",
    group: "Go",
    keywords: "git gate branches approve refuse mirror",
  },
  "go.tree": {
    title: "Go to workspaces and terminals",
    group: "Go",
    keywords: "sidebar focus",
    shortcut: shortcuts.focusTree,
  },
  "view.sidebar": { title: "Show or hide the sidebar", group: "View", shortcut: shortcuts.sidebar },
  "view.inspector": { title: "Show or hide the inspector", group: "View", shortcut: shortcuts.inspector },
  "view.jobs": { title: "Show or hide jobs", group: "View", shortcut: shortcuts.jobs },
  "view.theme-dark": {
    title: "Use the dark theme",
    group: "View",
    keywords: "colour appearance",
    cannot: otherTheme("dark"),
  },
  "view.theme-light": {
    title: "Use the light theme",
    group: "View",
    keywords: "colour appearance",
    cannot: otherTheme("light"),
  },
  "view.theme-system": {
    title: "Use the system's theme",
    group: "View",
    keywords: "colour appearance",
    cannot: otherTheme("system"),
  },
  "notifications.pause": { title: "Pause notifications for an hour", group: "Notifications" },
  "notifications.seen": {
    title: "Mark all notifications as seen",
    group: "Notifications",
    cannot: ({ unseen }) => (unseen ? undefined : "All are seen"),
  },
  "vault.open": {
    title: "Open the vault",
    group: "Vault",
    keywords: "secrets keys tokens passwords git credentials import env open",
  },
  "vault.lock": {
    title: "Lock the vault",
    group: "Vault",
    keywords: "secrets now",
    cannot: ({ vaultUnlocked }) => (vaultUnlocked ? undefined : "It is not unlocked"),
  },
  "app.settings": { title: "Settings", group: "Cellar", shortcut: shortcuts.settings },
  "app.mcp": { title: "Connect an MCP client", group: "Cellar", keywords: "agent token address claude tools" },
  "app.crash-reports": {
    title: "Crash reports",
    group: "Cellar",
    keywords: "errors diagnostics send save bug",
  },
  "app.shortcuts": {
    title: "Keyboard shortcuts",
    group: "Cellar",
    keywords: "help keys",
    shortcut: shortcuts.help,
  },
  "app.first-run": { title: "Show the introduction", group: "Cellar", keywords: "help welcome" },
  "app.updates": { title: "Check for updates", group: "Cellar", keywords: "version new download" },
  "app.host": {
    title: "Start the terminal host",
    group: "Cellar",
    keywords: "restart lost",
    cannot: ({ hostRuns }) => (hostRuns ? "It runs" : undefined),
  },

  "terminal.new": terminal("New shell", { keywords: "terminal open", shortcut: terminalShortcuts.newTerminal }),
  "terminal.search-all": terminal("Search all terminals", {
    keywords: "find output",
    shortcut: terminalShortcuts.searchAll,
  }),
  "terminal.copy": inTerminal("Copy selection", { cannot: selected, shortcut: terminalShortcuts.copy }),
  "terminal.paste": inTerminal("Paste", { cannot: living, shortcut: terminalShortcuts.paste }),
  "terminal.select-all": inTerminal("Select all", { shortcut: terminalShortcuts.selectAll }),
  "terminal.find": inTerminal("Find in this terminal", { shortcut: terminalShortcuts.find }),
  "terminal.clear": inTerminal("Clear scrollback on screen", {
    keywords: "clean empty",
    shortcut: terminalShortcuts.clear,
  }),
  "terminal.follow": inTerminal("Follow the output", { keywords: "scroll bottom end" }),
  "terminal.zoom-in": inTerminal("Make text larger", { keywords: "zoom font", shortcut: terminalShortcuts.zoomIn }),
  "terminal.zoom-out": inTerminal("Make text smaller", { keywords: "zoom font", shortcut: terminalShortcuts.zoomOut }),
  "terminal.zoom-reset": inTerminal("Text in its usual size", {
    keywords: "zoom font reset",
    shortcut: terminalShortcuts.zoomReset,
  }),
  "terminal.rename": ofTerminal("Rename the terminal"),
  "terminal.copy-id": ofTerminal("Copy the terminal's id"),
  "terminal.reach-all": ofTerminal("Let it drive all terminals", { cannot: launched, keywords: "mcp allow" }),
  "terminal.reach-workspace": ofTerminal("Let it drive only its workspace's terminals", {
    cannot: launched,
    keywords: "mcp allow",
  }),
  "terminal.split-right": ofTerminal("New shell to the right", {
    keywords: "split",
    shortcut: terminalShortcuts.splitRight,
  }),
  "terminal.split-below": ofTerminal("New shell below", { keywords: "split", shortcut: terminalShortcuts.splitBelow }),
  "terminal.restart": ofTerminal("Restart the terminal", { cannot: ended }),
  "terminal.remove": ofTerminal("Forget the terminal and its output", { cannot: ended, keywords: "remove delete" }),
  "terminal.kill": ofTerminal("Kill the terminal (twice)", {
    cannot: living,
    keywords: "stop end terminate",
    shortcut: terminalShortcuts.kill,
  }),

  "panel.close": panel("Close the panel", { shortcut: terminalShortcuts.closePanel }),
  "panel.close-others": panel("Close the other tabs"),
  "panel.next": panel("Next tab", { shortcut: terminalShortcuts.nextTab }),
  "panel.previous": panel("Previous tab", { shortcut: terminalShortcuts.previousTab }),
  "panel.move-right": panel("Move the panel to the right", { keywords: "split dock" }),
  "panel.move-below": panel("Move the panel below", { keywords: "split dock" }),
  "panel.maximize": panel("Let the panel fill the window", {
    keywords: "maximize full",
    shortcut: terminalShortcuts.maximize,
  }),
  "panel.focus-left": panel("Go to the panel on the left", { shortcut: terminalShortcuts.focusLeft }),
  "panel.focus-right": panel("Go to the panel on the right", { shortcut: terminalShortcuts.focusRight }),
  "panel.focus-up": panel("Go to the panel above", { shortcut: terminalShortcuts.focusUp }),
  "panel.focus-down": panel("Go to the panel below", { shortcut: terminalShortcuts.focusDown }),
} satisfies Record<string, CommandWords>;

export type CommandId = keyof typeof commandWords;

export const commandIds = Object.keys(commandWords) as CommandId[];
