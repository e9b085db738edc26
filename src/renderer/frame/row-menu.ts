/** The context menu of a row of the tree: the same actions as the palette's. */
import { useCallback } from "react";
import { useActions } from "../app/actions.ts";
import { openLaunch, openTerminal, openWorkspace } from "../app/open.ts";
import { useConnection } from "../connection/index.ts";
import { ownWorkspace } from "../live/index.ts";
import type { MenuItem } from "../ui/index.ts";
import type { TreeRow } from "./tree-model.ts";
import { openInWindow } from "./windows.ts";

export function useRowMenu(): (row: TreeRow) => readonly MenuItem[] {
  const actions = useActions();
  const connection = useConnection();
  const { face } = connection;
  return useCallback(
    (row) => {
      if (row.kind === "workspace") {
        const { id, path, state } = row.workspace;
        const unavailable = state === "ready" ? undefined : "The workspace is not ready";
        return [
          { label: "Open", run: () => openWorkspace(id) },
          ...(ownWorkspace === null
            ? [{ label: "Open in its own window", run: () => openInWindow(connection, id) }]
            : []),
          { label: "Launch an agent program…", run: () => openLaunch(id), unavailable },
          { label: "New terminal", run: () => void actions.newShell(id), unavailable },
          "separator",
          { label: "Copy its path", run: () => actions.copy(path, "path") },
          ...(face === "electron" ? [{ label: "Show its folder", run: () => actions.reveal(path) }] : []),
          "separator",
          { label: "Delete…", danger: true, run: () => openWorkspace(id, { section: "delete" }) },
        ];
      }
      if (row.kind === "terminal") {
        const { id, alive } = row.terminal;
        return [
          { label: "Open", run: () => openTerminal(id) },
          { label: "Open to the right", run: () => openTerminal(id, { place: "right" }) },
          { label: "Open below", run: () => openTerminal(id, { place: "below" }) },
          "separator",
          { label: "Mark as seen", run: () => actions.markSeen({ terminalId: id }) },
          { label: "Copy its id", run: () => actions.copy(id, "id") },
          "separator",
          ...(alive
            ? [{ label: "Stop", danger: true, run: () => actions.stop(id) }]
            : [
                { label: "Start again", run: () => void actions.restart(id) },
                { label: "Remove with its output", danger: true, run: () => actions.forget(id) },
              ]),
        ];
      }
      return [];
    },
    [actions, connection, face],
  );
}
