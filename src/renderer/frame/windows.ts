/** Further windows and their size of everything: by Electron's windows, or by tabs of the browser. */
import { useMemo } from "react";
import { zoomShortcuts } from "#shared/commands/shortcuts.ts";
import { newWindowKey, queryOfWindow } from "#shared/windows.ts";
import { type Command, useCommands } from "../app/commands.ts";
import { type Connection, useConnection } from "../connection/index.ts";
import { here, ownWorkspace } from "../live/index.ts";
import { noticeProblem, orNotice } from "../ui/index.ts";
import { useCurrentWorkspace } from "./window-commands.ts";

/** The window that shows this workspace alone; null: one more that shows all. */
export function openInWindow(connection: Connection, workspaceId: string | null): void {
  if (connection.face === "electron") {
    void orNotice("Could not open a window", connection.client.app.newWindow({ workspaceId }));
    return;
  }
  const key = workspaceId ?? newWindowKey();
  // The same address, so the same token; a tab of this name is taken again and not opened twice.
  const tab = window.open(`${location.origin}/${queryOfWindow(key)}${location.hash}`, `cellar-${key}`);
  tab?.focus();
  if (tab) return;
  noticeProblem("Could not open a tab", {
    code: "refused",
    message: "the browser keeps pages from opening tabs",
    hint: "Allow it for this address.",
  });
}

export function useOwnWindowCommands(): void {
  const connection = useConnection();
  const current = useCurrentWorkspace();
  const electron = connection.face === "electron";
  const commands = useMemo((): Command[] => {
    const zoom = (change: "in" | "out" | "reset") => () =>
      void orNotice("Could not zoom", connection.client.app.zoom({ window: here, change }));
    return [
      {
        id: "window.new",
        title: electron ? "New window" : "New tab with another layout",
        group: "Window",
        keywords: "open second another",
        run: () => openInWindow(connection, null),
      },
      ...(current && ownWorkspace === null
        ? [
            {
              id: "window.workspace",
              title: `Open ${current.name} in its own window`,
              group: "Window",
              keywords: "workspace alone separate tab",
              run: () => openInWindow(connection, current.id),
            },
          ]
        : []),
      // A browser zooms by itself, with the same keys.
      ...(electron
        ? ([
            { id: "window.zoom-in", title: "Zoom in", change: "in", shortcut: zoomShortcuts.in },
            { id: "window.zoom-out", title: "Zoom out", change: "out", shortcut: zoomShortcuts.out },
            { id: "window.zoom-reset", title: "Actual size", change: "reset", shortcut: zoomShortcuts.reset },
          ] as const)
        : []
      ).map(({ change, ...command }) => ({
        ...command,
        group: "Window",
        keywords: "zoom larger smaller size scale",
        notInTerminal: true as const,
        run: zoom(change),
      })),
    ];
  }, [connection, current, electron]);
  useCommands(commands);
}
