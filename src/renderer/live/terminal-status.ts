/** One terminal's name and status, as everywhere else in the window; renders again only when they change, whatever the other terminals do. */
import { useMemo } from "react";
import type { Terminal } from "#shared/contract/terminals.ts";
import { newestUnseen } from "#shared/notifications/unseen.ts";
import { type Status, terminalStatus } from "#shared/states.ts";
import { terminalLabel } from "#shared/terminals/label.ts";
import { useActivity, useHeldCells, useLaunches, useNotifications, useUsage } from "./lists.ts";
import { limitOf } from "./summary.ts";

export function useTerminalStatus(terminal: Terminal): Status {
  const { items } = useNotifications();
  const heldCell = useHeldCells().get(terminal.id);
  const unseen = useMemo(
    () => newestUnseen(items.filter(({ terminalId }) => terminalId === terminal.id)).get(terminal.id),
    [items, terminal.id],
  );
  const activity = useActivity(terminal.id);
  const limit = limitOf(useUsage(terminal.owner.bottleId ?? ""));
  return useMemo(
    () => terminalStatus(terminal, { heldCell, unseen, activity, limit }),
    [terminal, heldCell, unseen, activity, limit],
  );
}

export function useTerminalLabel(terminal: Terminal | undefined): string {
  const { byId } = useLaunches();
  if (terminal === undefined) return "";
  const { launchId } = terminal.owner;
  return terminalLabel(terminal, launchId === undefined ? undefined : byId.get(launchId)?.programName);
}
