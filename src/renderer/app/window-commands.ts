/** The window's own commands: what is always possible, wherever the keyboard is. */
import { useMemo } from "react";
import { openGateway } from "../gateway/index.ts";
import { openGitGate } from "../git-gate/index.ts";
import { usePendingProposals, useSettings, useTerminalSummaries, useVaultState, useWorkspaces } from "../live/index.ts";
import { askLine, openProposals } from "../supervise/index.ts";
import { frontPanel, useDock } from "../terminals/panels.tsx";
import { useActions } from "./actions.ts";
import { type Command, useCommands } from "./commands.ts";
import { useLayout } from "./layout.ts";
import {
  openBottles,
  openLaunch,
  openNewWorkspace,
  openPalette,
  openRunning,
  openSettings,
  openTerminal,
  openVault,
  openWorkspace,
  useUi,
} from "./open.ts";
import { shortcuts } from "./shortcuts.ts";
import { showSide, toggleSide } from "./sides.ts";

/** Of questions in the palette; the panel has all of them. */
const mostQuestions = 5;

export function useWindowCommands(): void {
  const actions = useActions();
  const { theme, notifyPausedUntil } = useSettings();
  const current = useCurrentWorkspace();
  const vault = useVaultState()?.state;
  const pending = usePendingProposals();
  const waiting = useTerminalSummaries().filter(({ needsYou }) => needsYou);
  const waitingKey = waiting.map(({ id }) => id).join();
  const paused = notifyPausedUntil !== null && Date.parse(notifyPausedUntil) > Date.now();

  const commands = useMemo((): Command[] => {
    const ids = waitingKey === "" ? [] : waitingKey.split(",");
    return [
      {
        id: "go.palette",
        title: "Search or run a command",
        group: "Go",
        shortcut: shortcuts.palette,
        run: () => openPalette(),
      },
      {
        id: "workspace.new",
        title: "New workspace",
        group: "Workspace",
        keywords: "create folder repository clone drop open",
        shortcut: shortcuts.newWorkspace,
        run: () => openNewWorkspace(),
      },
      {
        id: "launch.here",
        title: current ? `Launch an agent program in ${current.name}` : "Launch an agent program",
        group: "Workspace",
        keywords: "start run claude codex agent",
        shortcut: shortcuts.launch,
        run: () => openLaunch(current?.id),
      },
      ...(current
        ? [
            {
              id: "workspace.open",
              title: `Show changes and details of ${current.name}`,
              group: "Workspace",
              keywords: "diff branch size",
              run: () => openWorkspace(current.id),
            },
            {
              id: "workspace.delete",
              title: `Delete ${current.name}…`,
              group: "Workspace",
              keywords: "remove",
              run: () => openWorkspace(current.id, { section: "delete" }),
            },
          ]
        : []),
      {
        id: "go.needs-you",
        title: "Go to the next terminal that needs you",
        group: "Go",
        shortcut: shortcuts.nextNeedsYou,
        unavailable: ids.length === 0 ? "Nothing needs you right now" : undefined,
        run: () => {
          const front = (frontPanel(useDock.getState())?.params as { terminalId?: string } | undefined)?.terminalId;
          const next = ids[(ids.indexOf(front ?? "") + 1) % ids.length];
          if (next) openTerminal(next);
        },
      },
      {
        id: "go.running",
        title: "Show everything that runs",
        group: "Go",
        keywords: "running agents list needs you activity",
        shortcut: shortcuts.running,
        run: () => openRunning(),
      },
      {
        id: "go.notifications",
        title: "Show notifications",
        group: "Go",
        shortcut: shortcuts.notifications,
        run: () => useUi.setState({ notificationsOpen: true }),
      },
      {
        id: "go.bottles",
        title: "Show bottles",
        group: "Go",
        keywords: "isolated ended cost usage tokens resume clean up leftovers running",
        run: () => openBottles(),
      },
      {
        id: "go.proposals",
        title: "Show what agents in bottles ask",
        group: "Go",
        keywords: "supervise questions proposals host capability decision approve refuse pending",
        run: () => openProposals(),
      },
      ...pending.slice(0, mostQuestions).map(({ id, programName, ask }) => ({
        id: `questions.${id}`,
        title: `Answer: ${programName} ${askLine(ask)}`,
        group: "Questions",
        keywords: "supervise approve refuse",
        run: () => openProposals(),
      })),
      {
        id: "go.gateway",
        title: "Show what bottles reach and are refused",
        group: "Go",
        keywords: "gateway network egress host allow deny rules log",
        run: () => openGateway(),
      },
      {
        id: "go.git-gate",
        title: "Show what bottles push and fetch",
        group: "Go",
        keywords: "git gate branches approve refuse mirror",
        run: () => openGitGate(),
      },
      {
        id: "go.tree",
        title: "Go to workspaces and terminals",
        group: "Go",
        keywords: "sidebar focus",
        shortcut: shortcuts.focusTree,
        run: () => {
          showSide("sidebar", true);
          requestAnimationFrame(() => document.querySelector<HTMLElement>("[data-tree]")?.focus());
        },
      },
      {
        id: "view.sidebar",
        title: "Show or hide the sidebar",
        group: "View",
        shortcut: shortcuts.sidebar,
        run: () => toggleSide("sidebar"),
      },
      {
        id: "view.inspector",
        title: "Show or hide the inspector",
        group: "View",
        shortcut: shortcuts.inspector,
        run: () => toggleSide("inspector"),
      },
      {
        id: "view.jobs",
        title: "Show or hide jobs",
        group: "View",
        shortcut: shortcuts.jobs,
        run: () => useLayout.setState(({ jobsOpen }) => ({ jobsOpen: !jobsOpen })),
      },
      ...(["dark", "light", "system"] as const)
        .filter((each) => each !== theme)
        .map((each) => ({
          id: `view.theme-${each}`,
          title: each === "system" ? "Use the system's theme" : `Use the ${each} theme`,
          group: "View",
          keywords: "colour appearance",
          run: () => actions.changeSettings({ theme: each }),
        })),
      {
        id: "notifications.pause",
        title: paused ? "Show notifications again" : "Pause notifications for an hour",
        group: "Notifications",
        run: () => void actions.pauseNotifications(paused ? 0 : 60),
      },
      {
        id: "notifications.seen",
        title: "Mark all notifications as seen",
        group: "Notifications",
        run: () => actions.markSeen(),
      },
      {
        id: "vault.open",
        title: vault === "locked" ? "Unlock the vault" : vault === "absent" ? "Set up the vault" : "Open the vault",
        group: "Vault",
        keywords: "secrets keys tokens passwords git credentials import env open",
        run: () => openVault(),
      },
      {
        id: "vault.lock",
        title: "Lock the vault",
        group: "Vault",
        keywords: "secrets now",
        unavailable: vault === "unlocked" ? undefined : "It is not unlocked",
        run: () => actions.lockVault(),
      },
      {
        id: "app.settings",
        title: "Settings",
        group: "Cellar",
        shortcut: shortcuts.settings,
        run: () => openSettings(),
      },
      {
        id: "app.mcp",
        title: "Connect an MCP client",
        group: "Cellar",
        keywords: "agent token address claude tools",
        run: () => openSettings("mcp"),
      },
      {
        id: "app.shortcuts",
        title: "Keyboard shortcuts",
        group: "Cellar",
        keywords: "help keys",
        shortcut: shortcuts.help,
        run: () => useUi.setState({ shortcutsOpen: true }),
      },
      {
        id: "app.first-run",
        title: "Show the introduction",
        group: "Cellar",
        keywords: "help welcome",
        run: () => useUi.setState({ firstRunOpen: true }),
      },
      {
        id: "app.updates",
        title: "Check for updates",
        group: "Cellar",
        keywords: "version new download",
        run: () => actions.checkForUpdates(),
      },
      {
        id: "app.host",
        title: "Start the terminal host",
        group: "Cellar",
        keywords: "restart lost",
        run: () => actions.restartHost(),
      },
    ];
  }, [actions, current, theme, paused, vault, waitingKey, pending]);
  useCommands(commands);
  useCommands(hidden);
}

/** Second keys of commands that are listed with their first. */
const hidden: Command[] = [
  {
    id: "go.palette-too",
    title: "Search or run a command",
    group: "",
    shortcut: shortcuts.paletteToo,
    run: () => openPalette(),
  },
];

/** The workspace of the panel in front, or the only one there is. */
export function useCurrentWorkspace(): { id: string; name: string } | null {
  const workspaces = useWorkspaces();
  const summaries = useTerminalSummaries();
  const params = useDock(
    (state) => (frontPanel(state)?.params ?? null) as { terminalId?: string; workspaceId?: string } | null,
  );
  return useMemo(() => {
    const ofTerminal = params?.terminalId && summaries.find(({ id }) => id === params.terminalId)?.workspaceId;
    const id = params?.workspaceId || ofTerminal || (workspaces.items.length === 1 ? workspaces.items[0]?.id : null);
    const workspace = id ? workspaces.byId.get(id) : undefined;
    return workspace ? { id: workspace.id, name: workspace.name } : null;
  }, [workspaces, summaries, params?.terminalId, params?.workspaceId]);
}
