/** The dock's commands for keys and palette, for as long as the frame is there. */
import { useMemo } from "react";
import { nothingToActOn } from "#shared/commands/facts.ts";
import { type Command, commandsWith, useCommands } from "../app/commands.ts";
import { terminalPanel } from "../app/terminal-panel.tsx";
import { useClient } from "../connection/index.ts";
import { type Direction, dock, frontPanel, useDock } from "../dock/panels.tsx";
import { useLists } from "../live/index.ts";
import { orNotice } from "../ui/index.ts";
import { newShell } from "./new-shell.ts";
import { searchPanel } from "./search-panel.tsx";

const directions: readonly Direction[] = ["left", "right", "up", "down"];

export function useDockCommands(): void {
  const client = useClient();
  const { terminals } = useLists();
  const front = useDock((state) => state.frontId);
  const maximized = useDock((state) => state.maximized);
  const commands = useMemo<Command[]>(() => {
    const command = commandsWith({ ...nothingToActOn, panel: front !== null });
    const inFront = (act: (panelId: string) => void) => () => {
      if (front !== null) act(front);
    };
    return [
      command("terminal.new", {
        run: () => {
          const params = terminalPanel.paramsOf(frontPanel(useDock.getState()));
          const from = (params && terminals.getSnapshot().byId.get(params.terminalId)) ?? null;
          void orNotice("Could not open a shell", newShell(client, from));
        },
      }),
      command("terminal.search-all", { run: () => searchPanel.open({}) }),
      command("panel.close", { run: inFront(dock.close) }),
      command("panel.close-others", { run: inFront(dock.closeOthers) }),
      command("panel.next", { run: dock.nextTab }),
      command("panel.previous", { run: dock.previousTab }),
      command("panel.move-right", { run: inFront((id) => dock.split(id, "right")) }),
      command("panel.move-below", { run: inFront((id) => dock.split(id, "below")) }),
      command("panel.maximize", {
        ...(maximized ? { title: "Show all panels" } : {}),
        run: dock.toggleMaximized,
      }),
      ...directions.map((direction) =>
        command(`panel.focus-${direction}`, { run: () => dock.focusNeighbour(direction) }),
      ),
    ];
  }, [client, terminals, front, maximized]);
  useCommands(commands);
}
