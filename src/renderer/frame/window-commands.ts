/** The window's own commands: what is always possible, wherever the keyboard is. */
import { useMemo } from "react";
import { nothingToActOn } from "#shared/commands/facts.ts";
import { shortcuts } from "#shared/commands/shortcuts.ts";
import { useActions } from "../app/actions.ts";
import { useTellFacts, useWindowFacts } from "../app/command-facts.ts";
import { type Command, commandsWith, useCommands } from "../app/commands.ts";
import { useLayout } from "../app/layout.ts";
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
} from "../app/open.ts";
import { frontPanel, useDock } from "../dock/panels.tsx";
import { openGateway } from "../gateway/index.ts";
import { openGitGate } from "../git-gate/index.ts";
import {
  ownWorkspace,
  useHostStatus,
  useNotifications,
  usePendingProposals,
  useSettings,
  useTerminalSummaries,
  useVaultState,
  useWorkspaces,
} from "../live/index.ts";
import { useAsks } from "../running/asks.ts";
import { askLine, openProposals } from "../supervise/index.ts";
import { showSide, toggleSide } from "./sides.ts";

/** Of questions in the palette; the panel has all of them. */
const mostQuestions = 5;

export function useWindowCommands(): void {
  const actions = useActions();
  const { theme, notifyPausedUntil } = useSettings();
  const current = useCurrentWorkspace();
  const vault = useVaultState()?.state;
  const pending = usePendingProposals();
  const front = useDock(({ frontId }) => frontId !== null);
  const hostRuns = useHostStatus()?.state === "connected";
  const unseen = useNotifications().items.some(({ seenAt }) => seenAt === null);
  const waiting = useTerminalSummaries().filter(({ needsYou }) => needsYou);
  const asks = useAsks();
  const waitingKey = waiting.map(({ id }) => id).join();
  const paused = notifyPausedUntil !== null && Date.parse(notifyPausedUntil) > Date.now();

  const facts = useMemo(
    () => ({
      panel: front,
      workspace: current !== null,
      ownWorkspace: ownWorkspace !== null,
      needsYou: waitingKey !== "" || asks.length > 0,
      unseen,
      vaultUnlocked: vault === "unlocked",
      hostRuns,
      theme,
    }),
    [front, current, waitingKey, asks, unseen, vault, hostRuns, theme],
  );
  useWindowFacts(facts);
  useTellFacts();

  const commands = useMemo((): Command[] => {
    const command = commandsWith({ ...nothingToActOn, ...facts });
    const ids = waitingKey === "" ? [] : waitingKey.split(",");
    return [
      command("go.palette", {
        run: () => openPalette(),
      }),
      command("workspace.new", {
        run: () => openNewWorkspace(),
      }),
      command("launch.here", {
        ...(current ? { title: `Launch an agent program in ${current.name}` } : {}),
        run: () => openLaunch(current?.id),
      }),
      ...(current
        ? [
            command("workspace.open", {
              title: `Show changes and details of ${current.name}`,
              run: () => openWorkspace(current.id),
            }),
            command("workspace.delete", {
              title: `Delete ${current.name}…`,
              run: () => openWorkspace(current.id, { section: "delete" }),
            }),
          ]
        : []),
      command("go.needs-you", {
        run: () => {
          const front = (frontPanel(useDock.getState())?.params as { terminalId?: string } | undefined)?.terminalId;
          const next = ids[(ids.indexOf(front ?? "") + 1) % ids.length];
          if (next) openTerminal(next);
          else asks[0]?.open();
        },
      }),
      command("go.running", {
        run: () => openRunning(),
      }),
      command("go.notifications", {
        run: () => useUi.setState({ notificationsOpen: true }),
      }),
      command("go.bottles", {
        run: () => openBottles(),
      }),
      command("go.proposals", {
        run: () => openProposals(),
      }),
      ...pending.slice(0, mostQuestions).map(({ id, programName, ask }) => ({
        id: `questions.${id}`,
        title: `Answer: ${programName} ${askLine(ask)}`,
        group: "Questions",
        keywords: "supervise approve refuse",
        run: () => openProposals(),
      })),
      command("go.gateway", {
        run: () => openGateway(),
      }),
      command("go.git-gate", {
        run: () => openGitGate(),
      }),
      command("go.tree", {
        run: () => {
          showSide("sidebar", true);
          requestAnimationFrame(() => document.querySelector<HTMLElement>("[data-tree]")?.focus());
        },
      }),
      command("view.sidebar", {
        run: () => toggleSide("sidebar"),
      }),
      command("view.inspector", {
        run: () => toggleSide("inspector"),
      }),
      command("view.jobs", {
        run: () => useLayout.setState(({ jobsOpen }) => ({ jobsOpen: !jobsOpen })),
      }),
      ...(["dark", "light", "system"] as const)
        .filter((each) => each !== theme)
        .map((each) => command(`view.theme-${each}`, { run: () => actions.changeSettings({ theme: each }) })),
      command("notifications.pause", {
        ...(paused ? { title: "Show notifications again" } : {}),
        run: () => void actions.pauseNotifications(paused ? 0 : 60),
      }),
      command("notifications.seen", {
        run: () => actions.markSeen(),
      }),
      command("vault.open", {
        ...(vault === "locked" || vault === "absent"
          ? { title: vault === "locked" ? "Unlock the vault" : "Set up the vault" }
          : {}),
        run: () => openVault(),
      }),
      command("vault.lock", {
        run: () => actions.lockVault(),
      }),
      command("app.settings", {
        run: () => openSettings(),
      }),
      command("app.mcp", {
        run: () => openSettings("mcp"),
      }),
      command("app.crash-reports", {
        run: () => openSettings("crash reports"),
      }),
      command("app.shortcuts", {
        run: () => useUi.setState({ shortcutsOpen: true }),
      }),
      command("app.first-run", {
        run: () => useUi.setState({ firstRunOpen: true }),
      }),
      command("app.updates", {
        run: () => actions.checkForUpdates(),
      }),
      command("app.host", {
        run: () => actions.restartHost(),
      }),
    ];
  }, [actions, facts, current, theme, paused, vault, waitingKey, pending, asks]);
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
