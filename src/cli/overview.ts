/** Everything there is, as lists show it: terminals with their state, workspace and launch, and jobs. */
import type { Job } from "#shared/contract/jobs.ts";
import type { Launch } from "#shared/contract/launches.ts";
import type { Terminal } from "#shared/contract/terminals.ts";
import type { Workspace } from "#shared/contract/workspaces.ts";
import { newestUnseen } from "#shared/notifications/unseen.ts";
import { needsYou, type Status, terminalStatus } from "#shared/states.ts";
import { terminalLabel } from "#shared/terminals/label.ts";
import type { Main } from "./contract.ts";
import { looking } from "./looking.ts";
import type { Session } from "./session.ts";

export type Entry = {
  label: string;
  status: Status;
  /** A person should look at it. */
  needsYou: boolean;
  alive: boolean;
  terminal: Terminal;
  /** Null: none, or not known because only the terminal host runs. */
  workspace: Workspace | null;
  launch: Launch | null;
};

export type Overview = {
  /** Null: only terminals are known, or nothing runs. */
  main: Main | null;
  /** What needs the person first, then what is alive, then what has ended, each in the order of their start. */
  entries: Entry[];
  workspaces: Workspace[];
  jobs: Job[];
};

/** Starts nothing. */
export async function overview(session: Session): Promise<Overview> {
  const main = await session.running();
  if (main === null) {
    const look = await looking(session);
    const terminals = look === null ? [] : await look.call("terminals.list", {});
    const entries = terminals.map((terminal) => entry(terminal, { status: terminalStatus(terminal), unseen: false }));
    return { main: null, entries: ordered(entries), workspaces: [], jobs: [] };
  }
  const [terminals, workspaces, launches, activities, notifications, jobs, cells, usages] = await Promise.all([
    main.call("terminals.list", {}),
    main.items("workspaces.watch", {}),
    main.items("launches.watch", {}),
    main.items("activities.watch", {}),
    main.items("notifications.watch", {}),
    main.items("jobs.watch", {}),
    main.items("cells.watch", {}),
    main.items("broker.watch", {}),
  ]);
  const unseen = newestUnseen(notifications);
  const activityOf = new Map(activities.map((activity) => [activity.id, activity]));
  const limits = new Map(usages.flatMap(({ id, open, reached }) => (open && reached !== null ? [[id, reached]] : [])));
  const held = new Map(cells.map((cell) => [cell.id, cell]));
  const byWorkspace = new Map(workspaces.map((workspace) => [workspace.id, workspace]));
  const byLaunch = new Map(launches.map((launch) => [launch.id, launch]));
  const entries = terminals.map((terminal) => {
    const note = unseen.get(terminal.id);
    const heldCell = terminal.heldCellId === null ? undefined : held.get(terminal.heldCellId);
    const { workspaceId = "", launchId = "", bottleId = "" } = terminal.owner;
    const activity = activityOf.get(terminal.id);
    const status = terminalStatus(terminal, { heldCell, unseen: note, activity, limit: limits.get(bottleId) });
    return entry(terminal, {
      status,
      unseen: note !== undefined,
      workspace: byWorkspace.get(workspaceId),
      launch: byLaunch.get(launchId),
    });
  });
  return { main, entries: ordered(entries), workspaces, jobs };
}

type Facts = { status: Status; unseen: boolean; workspace?: Workspace | undefined; launch?: Launch | undefined };

function entry(terminal: Terminal, { status, unseen, workspace, launch }: Facts): Entry {
  return {
    label: terminalLabel(terminal, launch?.programName),
    status,
    needsYou: needsYou(status, unseen),
    alive: terminal.resolvedAt === null,
    terminal,
    workspace: workspace ?? null,
    launch: launch ?? null,
  };
}

/** Stable: of two that are alike the older one stands first, so that a list does not jump between two looks. */
export function ordered(entries: readonly Entry[]): Entry[] {
  const rank = (each: Entry) => (each.needsYou ? 0 : each.alive ? 1 : 2);
  return [...entries].sort(
    (a, b) =>
      rank(a) - rank(b) ||
      a.terminal.createdAt.localeCompare(b.terminal.createdAt) ||
      a.terminal.id.localeCompare(b.terminal.id),
  );
}
