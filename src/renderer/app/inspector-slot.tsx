/** The right side: what there is to say about the terminal in front. */

import { CellsInspector } from "../cells/index.ts";
import { useBottles, useTerminal } from "../live/index.ts";
import { MayDrive } from "../mcp/index.ts";
import { frontPanel, terminalPanel, useDock, useTerminalLabel } from "../terminals/index.ts";
import { Button, Sign } from "../ui/index.ts";
import { openBottle } from "./open.ts";

function InBottle({ bottleId }: { bottleId: string }) {
  const bottle = useBottles().byId.get(bottleId);
  if (bottle === undefined) return null;
  return (
    <div className="flex h-8 flex-none items-center gap-2 border-line border-b px-3">
      <Sign state="isolated" />
      <span className="min-w-0 flex-1 truncate text-muted">In a bottle ({bottle.backend})</span>
      <Button small onClick={() => openBottle(bottleId)}>
        Bottle
      </Button>
    </div>
  );
}

export function InspectorSlot() {
  const terminalId = useDock((state) => terminalPanel.paramsOf(frontPanel(state))?.terminalId ?? null);
  const terminal = useTerminal(terminalId);
  const label = useTerminalLabel(terminal);
  if (terminal === undefined) {
    return <p className="p-3 text-muted">Cells and details of the terminal in front are shown here.</p>;
  }
  return (
    <>
      <div className="flex h-8 flex-none items-center gap-2 border-line border-b px-3">
        <h2>Cells</h2>
        <span className="min-w-0 flex-1 truncate text-right text-muted">{label}</span>
      </div>
      {terminal.owner.bottleId && <InBottle bottleId={terminal.owner.bottleId} />}
      <MayDrive terminal={terminal} />
      <CellsInspector terminalId={terminal.id} />
    </>
  );
}
