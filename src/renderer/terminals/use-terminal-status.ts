/** The status of one terminal with what nobody has seen yet of it, as everywhere else in the window. */
import { useMemo } from "react";
import type { Terminal } from "#shared/contract/terminals.ts";
import { type Status, terminalStatus } from "#shared/states.ts";
import { useNotifications } from "../live/index.ts";

export function useTerminalStatus(terminal: Terminal): Status {
  const { items } = useNotifications();
  return useMemo(() => {
    const unseen = items.findLast(({ terminalId, seenAt }) => terminalId === terminal.id && seenAt === null);
    return terminalStatus(terminal, { unseen });
  }, [items, terminal]);
}
