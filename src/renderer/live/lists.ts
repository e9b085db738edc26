/** The lists that the whole window shares: each is watched once, however many components look at it. */
import { createContext, useContext } from "react";
import type { Job } from "#shared/contract/jobs.ts";
import type { Launch } from "#shared/contract/launches.ts";
import type { Notification } from "#shared/contract/notifications.ts";
import type { Terminal } from "#shared/contract/terminals.ts";
import type { Workspace } from "#shared/contract/workspaces.ts";
import { type Connection, reachable } from "../connection/index.ts";
import { type LiveSnapshot, LiveSource } from "./source.ts";
import { useSelected, useSource } from "./use-live.ts";

export type Lists = {
  terminals: LiveSource<Terminal>;
  workspaces: LiveSource<Workspace>;
  jobs: LiveSource<Job>;
  notifications: LiveSource<Notification>;
  launches: LiveSource<Launch>;
};

export function openLists(connection: Connection): Lists {
  const { client } = connection;
  const ready = reachable(connection);
  return {
    terminals: new LiveSource((signal) => client.terminals.watch({}, { signal }), ready),
    workspaces: new LiveSource((signal) => client.workspaces.watch({}, { signal }), ready),
    jobs: new LiveSource((signal) => client.jobs.watch({}, { signal }), ready),
    notifications: new LiveSource((signal) => client.notifications.watch({}, { signal }), ready),
    launches: new LiveSource((signal) => client.launches.watch({}, { signal }), ready),
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

/** A part of all terminals, for lists that must not render with every byte: `select` picks what is shown. */
export function useTerminalsPart<Part>(select: (terminals: LiveSnapshot<Terminal>) => Part): Part {
  return useSelected(useLists().terminals, select);
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
