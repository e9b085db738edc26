/** What stands beside a group's tabs: one more shell, kill, split, and let the group fill the dock. */

import type { IDockviewHeaderActionsProps } from "dockview-react";
import { Maximize2, Minimize2, PanelBottom, PanelRight, Plus, Square } from "lucide-react";
import { terminalShortcuts as shortcuts } from "#shared/commands/shortcuts.ts";
import { shortcutLabel } from "../app/commands.ts";
import { terminalPanel } from "../app/terminal-panel.tsx";
import { useClient } from "../connection/index.ts";
import { dock, useDock } from "../dock/panels.tsx";
import { useLists, useTerminal } from "../live/index.ts";
import { Button, IconButton, orNotice } from "../ui/index.ts";
import { pressKill, useArmedKill } from "./kill.ts";
import { newShell } from "./new-shell.ts";
import { useSplit } from "./use-split.ts";

export function GroupActions({ activePanel, isGroupActive }: IDockviewHeaderActionsProps) {
  const maximized = useDock((state) => state.maximized);
  const panel = useDock(({ panels }) => panels.find(({ id }) => id === activePanel?.id));
  const split = useSplit();
  if (panel === undefined) return null;
  const { id } = panel;
  const terminalId = terminalPanel.paramsOf(panel)?.terminalId;
  return (
    <div className="flex h-full items-center gap-0.5 px-1">
      {terminalId && <KillButton terminalId={terminalId} />}
      <span className="dock-extra-actions">
        <IconButton label="Split to the right" keys={keys("splitRight")} onClick={() => split(id, "right")}>
          <PanelRight size={14} aria-hidden />
        </IconButton>
        <IconButton label="Split below" keys={keys("splitBelow")} onClick={() => split(id, "below")}>
          <PanelBottom size={14} aria-hidden />
        </IconButton>
        <IconButton
          label={maximized ? "Show all panels" : "Fill the window"}
          keys={keys("maximize")}
          onClick={() => {
            if (!isGroupActive) dock.focus(id);
            dock.toggleMaximized();
          }}
        >
          {maximized ? <Minimize2 size={13} aria-hidden /> : <Maximize2 size={13} aria-hidden />}
        </IconButton>
      </span>
    </div>
  );
}

/** Behind the last tab: one more shell where the one in front is. */
export function NewTabAction({ activePanel }: IDockviewHeaderActionsProps) {
  const client = useClient();
  const { terminals } = useLists();
  const open = () => {
    const panel = useDock.getState().panels.find(({ id }) => id === activePanel?.id);
    const params = terminalPanel.paramsOf(panel);
    const from = (params && terminals.getSnapshot().byId.get(params.terminalId)) ?? null;
    void orNotice("Could not open a shell", newShell(client, from, panel ? { beside: panel.id } : {}));
  };
  return (
    <div className="flex h-full items-center px-1">
      <IconButton label="New shell here" keys={keys("newTerminal")} onClick={open}>
        <Plus size={14} aria-hidden />
      </IconButton>
    </div>
  );
}

/** Two presses within three seconds; the second is named by what it does, in the same place and width. */
function KillButton({ terminalId }: { terminalId: string }) {
  const client = useClient();
  const terminal = useTerminal(terminalId);
  const armed = useArmedKill((state) => state.terminalId === terminalId);
  if (terminal?.state !== "running" && terminal?.state !== "starting") return null;
  return (
    <span className="flex w-11 justify-end">
      {armed ? (
        <Button small look="danger" className="px-1.5!" onClick={() => pressKill(client, terminalId, "button")}>
          Kill?
        </Button>
      ) : (
        <IconButton
          label="Kill the terminal"
          keys={keys("kill")}
          onClick={() => pressKill(client, terminalId, "button")}
        >
          <Square size={12} aria-hidden />
        </IconButton>
      )}
    </span>
  );
}

function keys(name: keyof typeof shortcuts): string {
  return shortcutLabel(shortcuts[name]);
}
