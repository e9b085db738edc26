/** Terminals as lists show them: what they are called and how they are, without the counters that change with every byte. */

import { useMemo } from "react";
import type { Launch } from "#shared/contract/launches.ts";
import type { Notification } from "#shared/contract/notifications.ts";
import type { Terminal } from "#shared/contract/terminals.ts";
import { needsYou, type Status, terminalStatus } from "#shared/states.ts";
import { terminalLabel } from "#shared/terminals/label.ts";
import type { HeldCells } from "./held-cells.ts";
import { useHeldCells, useLaunches, useNotifications, useTerminalsPart } from "./lists.ts";
import type { LiveSnapshot } from "./source.ts";

export type TerminalSummary = {
  id: string;
  label: string;
  workspaceId: string | null;
  programId: string | null;
  alive: boolean;
  createdAt: string;
  resolvedAt: string | null;
  status: Status;
  unseen: boolean;
  needsYou: boolean;
};

/** Changes only with these do lists have to know of. */
export type TerminalFacts = Pick<
  Terminal,
  | "id"
  | "name"
  | "title"
  | "command"
  | "argv"
  | "state"
  | "exitCode"
  | "pid"
  | "heldCellId"
  | "createdAt"
  | "resolvedAt"
  | "owner"
>;

export function factsOf({ items }: LiveSnapshot<Terminal>): TerminalFacts[] {
  return items.map(
    ({ id, name, title, command, argv, state, exitCode, pid, heldCellId, createdAt, resolvedAt, owner }) => ({
      id,
      name,
      title,
      command,
      argv,
      state,
      exitCode,
      pid,
      heldCellId,
      createdAt,
      resolvedAt,
      owner,
    }),
  );
}

export function summarise(
  terminals: readonly TerminalFacts[],
  launches: ReadonlyMap<string, Pick<Launch, "programName">>,
  held: HeldCells,
  notifications: readonly Notification[],
): TerminalSummary[] {
  const unseen = newestUnseen(notifications);
  return terminals.map((terminal) => {
    const note = unseen.get(terminal.id);
    const status = terminalStatus(
      { ...terminal, updatedAt: terminal.createdAt },
      { heldCell: held.get(terminal.id), unseen: note },
    );
    const launch = terminal.owner.launchId === undefined ? undefined : launches.get(terminal.owner.launchId);
    return {
      id: terminal.id,
      label: terminalLabel(terminal, launch?.programName),
      workspaceId: terminal.owner.workspaceId ?? null,
      programId: terminal.owner.programId ?? null,
      alive: terminal.state === "starting" || terminal.state === "running",
      createdAt: terminal.createdAt,
      resolvedAt: terminal.resolvedAt,
      status,
      unseen: note !== undefined,
      needsYou: needsYou(status, note !== undefined),
    };
  });
}

/** The newest notification of each terminal that nobody has seen; one that asks for something wins over one that only reports. */
export function newestUnseen(notifications: readonly Notification[]): Map<string, Notification> {
  const newest = new Map<string, Notification>();
  for (const note of notifications) {
    if (note.seenAt !== null || note.terminalId === null) continue;
    const before = newest.get(note.terminalId);
    if (!before || asks(note) > asks(before) || (asks(note) === asks(before) && note.createdAt > before.createdAt)) {
      newest.set(note.terminalId, note);
    }
  }
  return newest;
}

function asks({ kind }: Notification): number {
  return kind === "program" || kind === "notify" || kind === "bell" ? 1 : 0;
}

export function useTerminalSummaries(): readonly TerminalSummary[] {
  const facts = useTerminalsPart(factsOf);
  const launches = useLaunches();
  const held = useHeldCells();
  const notifications = useNotifications();
  return useMemo(
    () => summarise(facts, launches.byId, held, notifications.items),
    [facts, launches, held, notifications],
  );
}
