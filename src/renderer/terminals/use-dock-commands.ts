/** The dock's commands for keys and palette, for as long as the frame is there. */
import { useMemo } from "react";
import { type Command, useCommands } from "../app/commands.ts";
import { useClient } from "../connection/index.ts";
import { useLists } from "../live/index.ts";
import { orNotice } from "../ui/index.ts";
import { newShell } from "./new-shell.ts";
import { type Direction, dock, frontPanel, useDock } from "./panels.tsx";
import { searchPanel } from "./search-panel.tsx";
import { shortcuts } from "./shortcuts.ts";
import { terminalPanel } from "./terminal-panel.tsx";

const directions: readonly { direction: Direction; words: string; keys: keyof typeof shortcuts }[] = [
  { direction: "left", words: "on the left", keys: "focusLeft" },
  { direction: "right", words: "on the right", keys: "focusRight" },
  { direction: "up", words: "above", keys: "focusUp" },
  { direction: "down", words: "below", keys: "focusDown" },
];

export function useDockCommands(): void {
  const client = useClient();
  const { terminals } = useLists();
  const front = useDock((state) => state.frontId);
  const maximized = useDock((state) => state.maximized);
  const commands = useMemo<Command[]>(() => {
    const group = "Panels";
    const unavailable = front === null ? "No panel is open" : undefined;
    const inFront = (act: (panelId: string) => void) => () => {
      if (front !== null) act(front);
    };
    return [
      {
        id: "terminal.new",
        title: "New shell",
        keywords: "terminal open",
        group: "Terminal",
        shortcut: shortcuts.newTerminal,
        run: () => {
          const params = terminalPanel.paramsOf(frontPanel(useDock.getState()));
          const from = (params && terminals.getSnapshot().byId.get(params.terminalId)) ?? null;
          void orNotice("Could not open a shell", newShell(client, from));
        },
      },
      {
        id: "terminal.search-all",
        title: "Search all terminals",
        keywords: "find output",
        group: "Terminal",
        shortcut: shortcuts.searchAll,
        run: () => searchPanel.open({}),
      },
      {
        id: "panel.close",
        title: "Close the panel",
        group,
        unavailable,
        shortcut: shortcuts.closePanel,
        run: inFront(dock.close),
      },
      { id: "panel.close-others", title: "Close the other tabs", group, unavailable, run: inFront(dock.closeOthers) },
      { id: "panel.next", title: "Next tab", group, unavailable, shortcut: shortcuts.nextTab, run: dock.nextTab },
      {
        id: "panel.previous",
        title: "Previous tab",
        group,
        unavailable,
        shortcut: shortcuts.previousTab,
        run: dock.previousTab,
      },
      {
        id: "panel.move-right",
        title: "Move the panel to the right",
        keywords: "split dock",
        group,
        unavailable,
        run: inFront((id) => dock.split(id, "right")),
      },
      {
        id: "panel.move-below",
        title: "Move the panel below",
        keywords: "split dock",
        group,
        unavailable,
        run: inFront((id) => dock.split(id, "below")),
      },
      {
        id: "panel.maximize",
        title: maximized ? "Show all panels" : "Let the panel fill the window",
        keywords: "maximize full",
        group,
        unavailable,
        shortcut: shortcuts.maximize,
        run: dock.toggleMaximized,
      },
      ...directions.map(({ direction, words, keys }) => ({
        id: `panel.focus-${direction}`,
        title: `Go to the panel ${words}`,
        group,
        unavailable,
        shortcut: shortcuts[keys],
        run: () => dock.focusNeighbour(direction),
      })),
    ];
  }, [client, terminals, front, maximized]);
  useCommands(commands);
}
