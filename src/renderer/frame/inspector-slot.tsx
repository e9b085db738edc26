/** The right side: what there is to say about the terminal in front. */
import { labelIn } from "#shared/terminals/label.ts";
import { terminalPanel } from "../app/terminal-panel.tsx";
import { BottleInspector } from "../bottles/bottle-inspector.tsx";
import { CellsInspector } from "../cells/index.ts";
import { frontPanel, useDock } from "../dock/panels.tsx";
import { useTerminal, useTerminalLabel, useWorkspace } from "../live/index.ts";
import { MayDrive } from "../mcp/index.ts";

export function InspectorSlot() {
  const terminalId = useDock((state) => terminalPanel.paramsOf(frontPanel(state))?.terminalId ?? null);
  const terminal = useTerminal(terminalId);
  const label = useTerminalLabel(terminal);
  const workspace = useWorkspace(terminal?.owner.workspaceId ?? null);
  if (terminal === undefined) {
    return <p className="p-3 text-muted">Cells and details of the terminal in front are shown here.</p>;
  }
  return (
    <>
      <div className="flex h-8 flex-none items-center gap-2 border-line border-b px-3">
        <h2>Cells</h2>
        <span className="min-w-0 flex-1 truncate text-right text-muted">{labelIn(label, workspace?.name)}</span>
      </div>
      {terminal.owner.bottleId && <BottleInspector bottleId={terminal.owner.bottleId} />}
      <MayDrive terminal={terminal} />
      <CellsInspector terminalId={terminal.id} />
    </>
  );
}
