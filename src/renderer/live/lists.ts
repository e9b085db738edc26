/** The lists that the whole window shares: each is watched once, however many components look at it. */
import { createContext, useContext, useMemo, useSyncExternalStore } from "react";
import type { z } from "zod";
import type { Activity } from "#shared/contract/activities.ts";
import type { DesktopState, HostStatus } from "#shared/contract/app.ts";
import type { Bottle } from "#shared/contract/bottles.ts";
import type { BrokerUsage } from "#shared/contract/broker.ts";
import type { CrashReportsState } from "#shared/contract/crash-reports.ts";
import type { GatewayCounters } from "#shared/contract/gateway.ts";
import type { Job } from "#shared/contract/jobs.ts";
import type { Launch } from "#shared/contract/launches.ts";
import type { Notification } from "#shared/contract/notifications.ts";
import type { settingsState } from "#shared/contract/settings.ts";
import type { Proposal } from "#shared/contract/supervise.ts";
import type { Terminal } from "#shared/contract/terminals.ts";
import type { UpdateState } from "#shared/contract/updates.ts";
import type { VaultState } from "#shared/contract/vault.ts";
import type { Workspace } from "#shared/contract/workspaces.ts";
import { type Connection, reachable } from "../connection/index.ts";
import { HeldCellSource, type HeldCells } from "./held-cells.ts";
import { inPlace } from "./place.ts";
import { type LiveSnapshot, LiveSource } from "./source.ts";
import { SummarySource, type TerminalSummary } from "./summary.ts";
import { useSelected, useSource } from "./use-live.ts";
import { LiveValue } from "./value.ts";

export type Lists = {
  terminals: LiveSource<Terminal>;
  workspaces: LiveSource<Workspace>;
  jobs: LiveSource<Job>;
  notifications: LiveSource<Notification>;
  launches: LiveSource<Launch>;
  bottles: LiveSource<Bottle>;
  activities: LiveSource<Activity>;
  gateways: LiveSource<GatewayCounters>;
  usages: LiveSource<BrokerUsage>;
  proposals: LiveSource<Proposal>;
  heldCells: HeldCellSource;
  summaries: SummarySource;
  settings: LiveValue<SettingsState>;
  host: LiveValue<HostStatus>;
  desktop: LiveValue<DesktopState>;
  vault: LiveValue<VaultState>;
  crashReports: LiveValue<CrashReportsState>;
  updates: LiveValue<UpdateState>;
};
export type SettingsState = z.infer<typeof settingsState>;

export function openLists(connection: Connection): Lists {
  const { client } = connection;
  const ready = reachable(connection);
  /** Only what is in the workspace that the window is of, if it is of one. */
  const placed = <Item extends { id: string }>(...list: Parameters<typeof inPlace<Item>>) =>
    new LiveSource(inPlace<Item>(...list), ready);
  const ofWorkspace = ({ workspaceId }: { workspaceId: string | null }) => workspaceId;
  const terminals = placed<Terminal>(
    (signal) => client.terminals.watch({}, { signal }),
    ({ owner }) => owner.workspaceId,
  );
  const heldCells = new HeldCellSource(connection, ready, terminals);
  const notifications = placed<Notification>((signal) => client.notifications.watch({}, { signal }), ofWorkspace);
  const launches = placed<Launch>((signal) => client.launches.watch({}, { signal }), ofWorkspace);
  const activities = new LiveSource((signal) => client.activities.watch({}, { signal }), ready);
  const usages = new LiveSource((signal) => client.broker.watch({}, { signal }), ready);
  return {
    terminals,
    activities,
    usages,
    heldCells,
    notifications,
    launches,
    summaries: new SummarySource({ terminals, heldCells, notifications, launches, activities, usages }),
    workspaces: placed<Workspace>(
      (signal) => client.workspaces.watch({}, { signal }),
      ({ id }) => id,
    ),
    jobs: placed<Job>(
      (signal) => client.jobs.watch({}, { signal }),
      ({ targetId }) => targetId,
    ),
    bottles: placed<Bottle>((signal) => client.bottles.watch({}, { signal }), ofWorkspace),
    gateways: placed<GatewayCounters>((signal) => client.gateway.watch({}, { signal }), ofWorkspace),
    proposals: placed<Proposal>((signal) => client.supervise.watch({}, { signal }), ofWorkspace),
    settings: new LiveValue((signal) => client.settings.watch({}, { signal }), ready),
    host: new LiveValue((signal) => client.app.watchHost({}, { signal }), ready),
    desktop: new LiveValue((signal) => client.app.watchDesktop({}, { signal }), ready),
    vault: new LiveValue((signal) => client.vault.watchState({}, { signal }), ready),
    crashReports: new LiveValue((signal) => client.crashReports.watch({}, { signal }), ready),
    updates: new LiveValue((signal) => client.updates.watch({}, { signal }), ready),
  };
}

const Current = createContext<Lists | null>(null);
export const ListsProvider = Current.Provider;

export function useLists(): Lists {
  const lists = useContext(Current);
  if (!lists) throw new Error("useLists outside ListsProvider");
  return lists;
}

export function useTerminals(): LiveSnapshot<Terminal> {
  return useSource(useLists().terminals);
}

/** Undefined when there is none of this id, or none has come yet. Renders again only when this one changed. */
export function useTerminal(id: string | null): Terminal | undefined {
  return useSelected(useLists().terminals, ({ byId }) => (id === null ? undefined : byId.get(id)));
}

export function useWorkspaces(): LiveSnapshot<Workspace> {
  return useSource(useLists().workspaces);
}

export function useWorkspace(id: string | null): Workspace | undefined {
  return useSelected(useLists().workspaces, ({ byId }) => (id === null ? undefined : byId.get(id)));
}

export function useJobs(): LiveSnapshot<Job> {
  return useSource(useLists().jobs);
}

export function useNotifications(): LiveSnapshot<Notification> {
  return useSource(useLists().notifications);
}

export function useLaunches(): LiveSnapshot<Launch> {
  return useSource(useLists().launches);
}

export function useBottles(): LiveSnapshot<Bottle> {
  return useSource(useLists().bottles);
}

/** What the launched program of a terminal is doing; undefined where there is none. */
export function useActivity(terminalId: string): Activity | undefined {
  return useSelected(useLists().activities, ({ byId }) => byId.get(terminalId));
}

/** What agents in bottles ask, answered or not. */
export function useProposals(): LiveSnapshot<Proposal> {
  return useSource(useLists().proposals);
}

/** Those that wait for an answer, oldest first. */
export function usePendingProposals(): readonly Proposal[] {
  const { items } = useProposals();
  return useMemo(() => items.filter(({ state }) => state === "pending"), [items]);
}

/** The gateways of the bottles that run. */
export function useGateways(): LiveSnapshot<GatewayCounters> {
  return useSource(useLists().gateways);
}

export function useGateway(bottleId: string): GatewayCounters | undefined {
  return useSelected(useLists().gateways, ({ byId }) => byId.get(bottleId));
}

/** What bottles have used, also those that have ended. */
export function useUsages(): LiveSnapshot<BrokerUsage> {
  return useSource(useLists().usages);
}

/** Undefined for a bottle whose program has no provider that the broker leads to. */
export function useUsage(bottleId: string): BrokerUsage | undefined {
  return useSelected(useLists().usages, ({ byId }) => byId.get(bottleId));
}

/** The bottle a terminal is in; undefined where it is in none. */
export function useBottle(bottleId: string | undefined): Bottle | undefined {
  return useSelected(useLists().bottles, ({ byId }) => (bottleId === undefined ? undefined : byId.get(bottleId)));
}

/** The cells that hold a terminal now, by terminal id; only those whose record has come. */
export function useHeldCells(): HeldCells {
  const { heldCells } = useLists();
  return useSyncExternalStore(heldCells.subscribe, heldCells.getSnapshot);
}

/** Null until it is known. */
export function useHostStatus(): HostStatus | null {
  const { host } = useLists();
  return useSyncExternalStore(host.subscribe, host.get);
}

/** Null until it is known. */
export function useDesktopState(): DesktopState | null {
  const { desktop } = useLists();
  return useSyncExternalStore(desktop.subscribe, desktop.get);
}

/** Null until it is known. */
export function useVaultState(): VaultState | null {
  const { vault } = useLists();
  return useSyncExternalStore(vault.subscribe, vault.get);
}

/** Null until it is known. */
export function useUpdateState(): UpdateState | null {
  const { updates } = useLists();
  return useSyncExternalStore(updates.subscribe, updates.get);
}

/** The frame is not shown before the settings have come, so that components never see a window without them. */
export function useSettings(): SettingsState["settings"] {
  return useSettingsState().settings;
}

export function useSettingsState(): SettingsState {
  const { settings } = useLists();
  const state = useSyncExternalStore(settings.subscribe, settings.get);
  if (!state) throw new Error("useSettings before the settings have come");
  return state;
}

/** All terminals as lists show them. */
export function useTerminalSummaries(): readonly TerminalSummary[] {
  const { summaries } = useLists();
  return useSyncExternalStore(summaries.subscribe, summaries.getSnapshot);
}
