/** Runs a cell and says how it ended. */
import type { Cell } from "#shared/contract/cells.ts";
import { Failure } from "#shared/failure.ts";
import { cellStatus } from "#shared/states.ts";
import type { Main } from "../contract.ts";
import type { Session } from "../session.ts";

export type CellWanted = { terminalId: string; code: string; limitSeconds: number; ownExitCode: boolean };

/** Ctrl-C interrupts the cell, as it would in the terminal itself. */
export async function runCell(session: Session, main: Main, wanted: CellWanted): Promise<number> {
  const { ownExitCode, ...input } = wanted;
  const interrupt = () => void main.call("cells.interrupt", { terminalId: wanted.terminalId }).catch(() => {});
  process.on("SIGINT", interrupt);
  try {
    const ran = await main.call("cells.run", input);
    session.result(ran, () => ran.output);
    return exitCodeOf(ran.cell, ownExitCode);
  } finally {
    process.off("SIGINT", interrupt);
  }
}

/** Throws what a cell that did not end by itself came to. */
function exitCodeOf(cell: Cell, own: boolean): number {
  const { words } = cellStatus(cell);
  if (cell.state === "timeout") {
    throw new Failure("failed", `cell ${cell.id}: ${words}`, {
      hint: `cellar terminal interrupt ${cell.terminalId} ends it; cellar terminal output ${cell.id} shows what it printed.`,
    });
  }
  if (cell.state === "error") {
    throw new Failure(cell.error === "interrupted" ? "cancelled" : "failed", `cell ${cell.id}: ${words}`);
  }
  const status = cell.exitCode ?? 0;
  if (own) return status < 0 ? 128 - status : status;
  return status === 0 ? 0 : 1;
}
