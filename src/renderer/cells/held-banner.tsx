/** A cell that outlived its limit still holds its terminal: only interrupting or killing resolves that. */
import type { Cell } from "#shared/contract/cells.ts";
import { cellStatus } from "#shared/states.ts";
import { useClient } from "../connection/index.ts";
import { pressKill, useArmedKill } from "../terminals/index.ts";
import { Button, Elapsed, orNotice, Sign } from "../ui/index.ts";
import { firstLine } from "./cell-row.tsx";

export function HeldBanner({ cell }: { cell: Cell }) {
  const client = useClient();
  const armed = useArmedKill((state) => state.terminalId === cell.terminalId);
  const { words } = cellStatus(cell);
  return (
    <div
      role="alert"
      className="m-2 flex flex-none flex-col gap-2 rounded border border-warning bg-warning-tint px-2.5 py-2"
    >
      <div className="flex items-start gap-2">
        <Sign state="held" className="mt-[3px]" />
        <div className="min-w-0 flex-1">
          <p className="flex items-baseline gap-2">
            <span className="flex-1 font-semibold">{words}</span>
            <Elapsed since={cell.startedAt} className="text-muted text-sm" />
          </p>
          <p className="truncate font-mono text-muted text-sm">{firstLine(cell.code)}</p>
        </div>
      </div>
      <div className="flex gap-2">
        <Button
          small
          look="primary"
          onClick={() => void orNotice("Could not interrupt", client.cells.interrupt({ terminalId: cell.terminalId }))}
        >
          Interrupt
        </Button>
        <Button small look={armed ? "danger" : "plain"} onClick={() => pressKill(client, cell.terminalId, "button")}>
          {armed ? "Kill the terminal?" : "Kill"}
        </Button>
      </div>
    </div>
  );
}
