/** Splitting: beside a terminal a new shell in the same place, as terminals do it; any other panel moves into a group of its own. */
import { useCallback } from "react";
import { terminalPanel } from "../app/terminal-panel.tsx";
import { useClient } from "../connection/index.ts";
import { dock, useDock } from "../dock/panels.tsx";
import { useLists } from "../live/index.ts";
import { newShell } from "./new-shell.ts";

export function useSplit(): (panelId: string, place: "right" | "below") => void {
  const client = useClient();
  const { terminals } = useLists();
  return useCallback(
    (panelId, place) => {
      const panel = useDock.getState().panels.find(({ id }) => id === panelId);
      const params = terminalPanel.paramsOf(panel);
      const beside = params && terminals.getSnapshot().byId.get(params.terminalId);
      if (beside) void newShell(client, beside, { place, beside: panelId });
      else dock.split(panelId, place);
    },
    [client, terminals],
  );
}
